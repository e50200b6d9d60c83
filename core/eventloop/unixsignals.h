// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/eventfd.h"

#include <QObject>
#include <QSocketNotifier>

#include <array>
#include <csignal>
#include <optional>

namespace holdline {

/// Turns SIGTERM and SIGINT, and SIGHUP, into Qt signals in its thread. It ignores SIGPIPE and SIGXFSZ.
/// So writing to a closed pipe or socket, or beyond the limit of a file's size, is an error and does not
/// end the process.
///
/// The signal handler counts, and wakes the loop through an eventfd. An eventfd never fills up, so a
/// flood of SIGHUPs hides no SIGTERM. A signalfd would need the signals blocked in every thread, and
/// child processes would inherit that. Life: a process has one at a time. A second one is not isValid()
/// and does nothing. The destructor restores the previous handlers. Thread: constructed, used and
/// destroyed in one thread with an event loop.
class UnixSignals : public QObject
{
    Q_OBJECT

public:
    explicit UnixSignals(QObject *parent = nullptr);
    ~UnixSignals() override;

    /// False when another one exists, or when no descriptor is free.
    bool isValid() const { return m_notifier != nullptr; }
    /// The number of SIGTERMs and SIGINTs that terminate() has not reported yet, because the event loop does
    /// not run. Thread: any.
    static int waitingTerminations();

Q_SIGNALS:
    /// Emitted once for each SIGTERM or SIGINT.
    void terminate(int signal);
    /// Emitted for SIGHUP. Several at once count as one.
    void reload();

private:
    void deliver();

    static constexpr std::array<int, 5> kSignals{SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGXFSZ};

    std::array<struct sigaction, kSignals.size()> m_previous{};
    std::optional<EventFd> m_event;  ///< empty in a second object
    QSocketNotifier *m_notifier = nullptr;
};

}  // namespace holdline
