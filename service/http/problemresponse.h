// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/problem.h"
#include "service/http/message.h"

namespace holdline::http {

/// Makes a problem+json response (RFC 9457), with Retry-After when the problem has a `retryAfter`.
Response problemResponse(const Problem &problem);

/// Makes the 500 `internal_error` response to a request whose owner was destroyed before it answered.
Response droppedResponse();

}  // namespace holdline::http
