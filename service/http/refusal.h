// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/reason.h"

#include <QLatin1StringView>

namespace holdline::http {

/// The reason for refusing a request. `detail` is a string literal, never bytes from the client.
struct Refusal
{
    Reason reason = Reason::BadRequest;
    QLatin1StringView detail;
};

}  // namespace holdline::http
