// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <memory>

class QAbstractEventDispatcher;

namespace holdline {

/// Makes the dispatcher for QThread::setEventDispatcher(), which owns it. Null when the thread must use
/// the one of Qt: because the configuration says so, or because no descriptor is free (with a warning).
std::unique_ptr<QAbstractEventDispatcher> makeEventDispatcher(EventLoop loop);

/// Gives the main thread its event loop. Keeps the GLib loop out of the process, which costs even more
/// than the loop of Qt. Call it in main() before QCoreApplication is constructed.
void installEventLoop(EventLoop loop);

}  // namespace holdline
