// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"

#include <memory>

class QAbstractEventDispatcher;

namespace holdline {

/// Makes an event dispatcher for QThread::setEventDispatcher(), which takes ownership. Returns null when the
/// thread must use Qt's dispatcher: because `loop` is EventLoop::Qt, or because no file descriptor is free.
/// The latter is logged as a warning.
std::unique_ptr<QAbstractEventDispatcher> makeEventDispatcher(EventLoop loop);

/// Sets the event dispatcher of the main thread. Also sets QT_NO_GLIB=1, so that no thread uses Qt's GLib
/// dispatcher, which is slower than Qt's poll(2) dispatcher. Call it in main() before QCoreApplication is
/// constructed.
void installEventLoop(EventLoop loop);

}  // namespace holdline
