// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

namespace holdline {

// The answer to a client whose connection was kept alive by bytes, because its job takes long. All functions
// are pure.

/// The head, and a space as the first piece of the body. White space before a JSON text means nothing (RFC
/// 8259, section 2). Each further piece is a space too, until keptAliveBody() ends the answer.
http::Response keptAliveHead();

/// The bytes that say what `response` says. The client has 200 and `application/json` already.
///
/// A JSON body of a 2xx goes out as it is, without a byte order mark. A problem does too: it has its status
/// in the member `status`. Every other response becomes a problem (RFC 9457) with the true status. Its member
/// `body` has the body: a JSON value, otherwise a text, and `body_base64` has bytes that are no text.
QByteArray keptAliveBody(const http::Response &response);

}  // namespace holdline
