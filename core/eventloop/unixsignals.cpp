// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/unixsignals.h"

#include <QPointer>

#include <atomic>
#include <cerrno>

namespace holdline {

namespace {

// The only data that the signal handler uses: the number of signals of each kind, and in `wakeUp` the
// descriptor that wakes the event loop. `wakeUp` is -1 while there is no UnixSignals.
std::atomic<int> wakeUp = -1;
std::atomic<int> hangups = 0;
std::atomic<int> terminations = 0;
std::atomic<int> interruptions = 0;
static_assert(std::atomic<int>::is_always_lock_free);

void handleSignal(int signal)
{
    const int savedErrno = errno;
    ++(signal == SIGHUP ? hangups : signal == SIGINT ? interruptions : terminations);
    EventFd::raise(wakeUp.load());
    errno = savedErrno;
}

}  // namespace

UnixSignals::UnixSignals(QObject *parent) : QObject(parent)
{
    if (wakeUp.load() >= 0)
        return;
    m_event.emplace();
    if (!m_event->isValid())
        return;
    wakeUp = m_event->descriptor();
    hangups = 0;
    terminations = 0;
    interruptions = 0;
    m_notifier = new QSocketNotifier(m_event->descriptor(), QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, &UnixSignals::deliver);
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
        struct sigaction action = {};
        const bool isError = kSignals[i] == SIGPIPE || kSignals[i] == SIGXFSZ;
        action.sa_handler = isError ? SIG_IGN : handleSignal;
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
    wakeUp = -1;
}

int UnixSignals::waitingTerminations()
{
    return terminations + interruptions;
}

void UnixSignals::deliver()
{
    // First drain(), then the counts are read, so that a signal after the reading wakes the loop again.
    m_event->drain();
    const bool wantsReload = hangups.exchange(0) > 0;
    // A slot may destroy this object.
    const QPointer<UnixSignals> alive(this);
    for (int left = terminations.exchange(0); left > 0 && alive; --left)
        Q_EMIT terminate(SIGTERM);
    for (int left = alive ? interruptions.exchange(0) : 0; left > 0 && alive; --left)
        Q_EMIT terminate(SIGINT);
    if (wantsReload && alive)
        Q_EMIT reload();
}

}  // namespace holdline
