// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/jobserver/jobrequest.h"
#include "service/jobserver/proofmaker.h"

#include <variant>

namespace holdline {

/// What POST /validate answers: the number of entries by verdict, the verdict of each, and `ok`, which is
/// true when there are entries and all of them are valid. An error when no proof block can be read from the
/// request.
std::variant<QByteArray, RequestError> judgeBlock(const ProofMaker &proofs, const QByteArray &target,
                                                  const QByteArray &body);

}  // namespace holdline
