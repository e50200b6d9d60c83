// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/problem.h"
#include "service/http/message.h"

namespace holdline::http {

/// A problem as an answer: its status, problem+json, and Retry-After where the problem says so.
Response problemResponse(const Problem &problem);

}  // namespace holdline::http
