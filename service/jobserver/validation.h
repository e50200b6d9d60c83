// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/jobserver/jobrequest.h"
#include "service/jobserver/proofmaker.h"

#include <variant>

namespace holdline {

/// Makes the answer of POST /validate: the number of entries by verdict and the verdict of each entry. `ok`
/// is true when the block has entries and all are valid. Returns an error when the request has no readable
/// proof block.
std::variant<QByteArray, RequestError> judgeBlock(const ProofMaker &proofs, const QByteArray &target,
                                                  const QByteArray &body);

}  // namespace holdline
