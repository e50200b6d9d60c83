// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/unixsignals.h"

#include <QPointer>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace holdline {

namespace {

/// The pipe's writing end; -1 while there is no UnixSignals. All a signal handler may touch.
std::atomic<int> writingEnd = -1;
static_assert(std::atomic<int>::is_always_lock_free);

void handleSignal(int signal)
{
    const int savedErrno = errno;
    const auto byte = static_cast<unsigned char>(signal);
    // A full pipe means thousands of signals that nobody has read yet: one more says nothing new.
    [[maybe_unused]] const ssize_t written = ::write(writingEnd.load(), &byte, 1);
    errno = savedErrno;
}

}  // namespace

UnixSignals::UnixSignals(QObject *parent) : QObject(parent)
{
    if (writingEnd.load() >= 0 || ::pipe2(m_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    writingEnd = m_pipe[1];
    m_notifier = new QSocketNotifier(m_pipe[0], QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &UnixSignals::readPipe);
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
        struct sigaction action = {};
        action.sa_handler = kSignals[i] == SIGPIPE ? SIG_IGN : handleSignal;
        action.sa_flags = SA_RESTART;
        sigemptyset(&action.sa_mask);
        ::sigaction(kSignals[i], &action, &m_previous[i]);
    }
}

UnixSignals::~UnixSignals()
{
    if (!isValid())
        return;
    for (std::size_t i = 0; i < kSignals.size(); ++i)
        ::sigaction(kSignals[i], &m_previous[i], nullptr);
    delete m_notifier;
    writingEnd = -1;
    ::close(m_pipe[0]);
    ::close(m_pipe[1]);
}

void UnixSignals::readPipe()
{
    std::array<unsigned char, 64> bytes;
    const ssize_t count = ::read(m_pipe[0], bytes.data(), bytes.size());
    bool wantsReload = false;
    // Whoever hears a signal may destroy this object.
    const QPointer<UnixSignals> alive(this);
    for (ssize_t i = 0; i < count && alive; ++i) {
        const int signal = bytes[static_cast<std::size_t>(i)];
        if (signal == SIGHUP)
            wantsReload = true;
        else
            Q_EMIT terminate(signal);
    }
    if (wantsReload && alive)
        Q_EMIT reload();
}

}  // namespace holdline
