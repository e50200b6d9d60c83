// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/reason.h"

#include <QLatin1StringView>

namespace holdline::http {

/// Why a request is not let in. `detail` is a literal of ours, never bytes from outside.
struct Refusal
{
    Reason reason = Reason::BadRequest;
    QLatin1StringView detail;
};

}  // namespace holdline::http
