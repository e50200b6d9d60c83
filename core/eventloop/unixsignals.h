// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/eventfd.h"

#include <QObject>
#include <QSocketNotifier>

#include <array>
#include <csignal>
#include <optional>

namespace holdline {

/// Emits a Qt signal in its thread for each SIGTERM, SIGINT and SIGHUP. Makes the process ignore SIGPIPE and
/// SIGXFSZ: writing to a closed pipe or socket, or beyond the limit of a file's size, then fails with an
/// error and does not end the process.
///
/// The signal handler only counts signals and wakes the event loop through an eventfd. An eventfd never fills
/// up, so a flood of SIGHUPs cannot hide a SIGTERM. A signalfd(2) is not used: the signals would have to be
/// blocked in every thread, and child processes would inherit that.
///
/// Lifetime: one object per process at a time. isValid() of a second object is false, and the object does
/// nothing. The destructor restores the previous handlers. Thread: constructed, used and destroyed in one
/// thread with an event loop.
class UnixSignals : public QObject
{
    Q_OBJECT

public:
    explicit UnixSignals(QObject *parent = nullptr);
    ~UnixSignals() override;

    /// Returns false when another UnixSignals exists, or when no file descriptor was free.
    bool isValid() const { return m_notifier != nullptr; }
    /// Returns the number of SIGTERMs and SIGINTs for which terminate() was not emitted yet, because the
    /// event loop has not run since. Thread: any.
    static int waitingTerminations();

Q_SIGNALS:
    /// Emitted once for each SIGTERM or SIGINT.
    void terminate(int signal);
    /// Emitted after SIGHUP. Several SIGHUPs before the event loop runs count as one.
    void reload();

private:
    void deliver();

    static constexpr std::array<int, 5> kSignals{SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGXFSZ};

    std::array<struct sigaction, kSignals.size()> m_previous{};
    std::optional<EventFd> m_event;  ///< empty in a second object
    QSocketNotifier *m_notifier = nullptr;
};

}  // namespace holdline
