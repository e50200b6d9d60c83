// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/eventfd.h"

#include <QObject>
#include <QSocketNotifier>

#include <array>
#include <csignal>
#include <optional>

namespace holdline {

/// Turns SIGTERM and SIGINT, and SIGHUP, into Qt signals in the thread it lives in, and ignores SIGPIPE and
/// SIGXFSZ, so that writing to a closed pipe or socket, or beyond the limit on a file's size, is an error
/// instead of death.
///
/// A handler that counts and wakes up through an eventfd, which never fills up, so that no SIGTERM is lost
/// behind a flood of SIGHUPs. Not signalfd: that one needs the signals blocked in every thread, and child
/// processes inherit the block. Life: one at a time in a process (a second one is not isValid() and does
/// nothing); when destroyed, the handlers before it are back. Thread: constructed, used and destroyed in one
/// with an event loop.
class UnixSignals : public QObject
{
    Q_OBJECT

public:
    explicit UnixSignals(QObject *parent = nullptr);
    ~UnixSignals() override;

    /// False when there is another one already, or no descriptor is left for it.
    bool isValid() const { return m_notifier != nullptr; }

Q_SIGNALS:
    /// SIGTERM or SIGINT, once for each that came.
    void terminate(int signal);
    /// SIGHUP; several at once count as one.
    void reload();

private:
    void deliver();

    static constexpr std::array<int, 5> kSignals{SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGXFSZ};

    std::array<struct sigaction, kSignals.size()> m_previous{};
    std::optional<EventFd> m_event;  ///< none in a second one
    QSocketNotifier *m_notifier = nullptr;
};

}  // namespace holdline
