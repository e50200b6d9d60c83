// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/objectreader.h"

namespace holdline::monitor {

/// A line of type "reply".
Reply decodeReply(const ObjectReader &reader);

}  // namespace holdline::monitor
