// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <memory>

class QAbstractEventDispatcher;

namespace holdline {

/// For QThread::setEventDispatcher(), which takes ownership. Nothing: the thread is to make Qt's own, because
/// that is what was asked for, or because no descriptor is left for ours (a warning says so).
std::unique_ptr<QAbstractEventDispatcher> makeEventDispatcher(EventLoop loop);

/// Gives the main thread its event loop, and keeps GLib's, which costs still more than Qt's own, out of the
/// process. To be called in main() before QCoreApplication is constructed.
void installEventLoop(EventLoop loop);

}  // namespace holdline
