// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

namespace holdline {

// The response to a client whose connection is kept alive by bytes, because its job takes long. All functions
// are pure.

/// Returns the head, with a space as the first piece of the body. White space before a JSON text means
/// nothing (RFC 8259, section 2). Each further piece is a space too. keptAliveBody() is the last piece.
http::Response keptAliveHead();

/// Returns the last piece of the body, made from `response`. The client has received the status 200 and
/// `application/json` already.
///
/// A JSON body of a 2xx is sent as it is, without a byte order mark. A problem is also sent as it is, if it
/// has its status in the member `status`. Every other response becomes a problem (RFC 9457) with the true
/// status. The member `body` of that problem has the original body: a JSON value, otherwise a text. Bytes
/// that are no text are in `body_base64` instead.
QByteArray keptAliveBody(const http::Response &response);

}  // namespace holdline
