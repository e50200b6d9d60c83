// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QString>

namespace holdline::monitor {

/// What a reason means and, where there is something to do, what: one or two plain sentences, translated.
QString explain(Reason reason);
/// What a job in this state waits for.
QString explain(RowState state);
/// What this kind of callback is.
QString explain(CallbackOutcome word);

}  // namespace holdline::monitor
