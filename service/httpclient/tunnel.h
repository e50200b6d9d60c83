// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/responseparser.h"
#include "service/httpclient/origin.h"
#include "service/httpclient/poolfailure.h"

#include <QByteArray>

#include <optional>

namespace holdline {

/// Returns the CONNECT request that asks a proxy for a tunnel to `origin` (RFC 9110, 9.3.6).
QByteArray connectRequest(const Origin &origin);

/// Returns the failure when a proxy's response to CONNECT opens no tunnel. Returns nothing for a 2xx, and
/// while the head is incomplete. ContentAccessDenied means that another attempt would be refused too. Pure.
std::optional<PoolFailure> tunnelFailure(const http::ResponseParser &answer);

}  // namespace holdline
