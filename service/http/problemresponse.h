// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/problem.h"
#include "service/http/message.h"

namespace holdline::http {

/// Makes a problem+json response (RFC 9457), with Retry-After when the problem has that value.
Response problemResponse(const Problem &problem);

/// Makes the 500 `internal_error` response of a request whose owner was destroyed without answering it.
Response droppedResponse();

}  // namespace holdline::http
