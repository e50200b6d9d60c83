// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QString>

namespace holdline::monitor {

/// Explains a reason to the user and says what to do, if anything. Translated.
QString explain(Reason reason);
/// Explains what a job in this state waits for.
QString explain(RowState state);
/// Explains this kind of callback.
QString explain(CallbackOutcome outcome);

}  // namespace holdline::monitor
