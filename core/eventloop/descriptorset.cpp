// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/descriptorset.h"

#include <QCoreApplication>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace holdline {

namespace {

struct Kind
{
    QSocketNotifier::Type type;
    std::uint32_t requested;  ///< conditions to register with epoll
    std::uint32_t reported;   ///< conditions that activate the notifier; epoll adds EPOLLHUP and EPOLLERR
};
constexpr std::array<Kind, 3> kKindsOfNotifier{{
    {QSocketNotifier::Read, EPOLLIN, EPOLLIN | EPOLLHUP | EPOLLERR},
    {QSocketNotifier::Write, EPOLLOUT, EPOLLOUT | EPOLLHUP | EPOLLERR},
    {QSocketNotifier::Exception, EPOLLPRI, EPOLLPRI | EPOLLHUP | EPOLLERR},
}};

// Linux uses the same bits in epoll(7) and poll(2), so no conversion is needed.
static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLPRI == POLLPRI && EPOLLHUP == POLLHUP &&
              EPOLLERR == POLLERR);

/// The epoll key of the wake-up descriptor. keyOf() never returns this key.
constexpr std::uint64_t kWakeUpKey = std::numeric_limits<std::uint64_t>::max();

std::uint8_t bit(std::size_t kind)
{
    return static_cast<std::uint8_t>(1U << kind);
}

std::uint32_t conditionsFor(std::uint8_t wanted)
{
    std::uint32_t conditions = 0;
    for (std::size_t kind = 0; kind < kKindsOfNotifier.size(); ++kind) {
        if (wanted & bit(kind))
            conditions |= kKindsOfNotifier[kind].requested;
    }
    return conditions;
}

std::uint64_t keyOf(int descriptor, std::uint32_t generation)
{
    return std::uint64_t(generation) << 32 | static_cast<std::uint32_t>(descriptor);
}

timespec toTimespec(Duration duration)
{
    const auto whole = std::chrono::floor<std::chrono::seconds>(duration);
    return {static_cast<time_t>(whole.count()), static_cast<long>((duration - whole).count())};
}

}  // namespace

DescriptorSet::DescriptorSet(int wakeUp) : m_wakeUp(wakeUp), m_epoll(-1)
{
    rebuild();
}

DescriptorSet::~DescriptorSet()
{
    if (m_epoll >= 0)
        ::close(m_epoll);
}

/// Makes a new epoll instance with all wanted descriptors. This is necessary when a descriptor was closed
/// while a copy of it is still open (dup(2), a child process). Then epoll goes on reporting the closed
/// descriptor, which cannot be removed any more.
void DescriptorSet::rebuild()
{
    const int fresh = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kWakeUpKey;
    if (fresh < 0 || ::epoll_ctl(fresh, EPOLL_CTL_ADD, m_wakeUp, &event) != 0) {
        if (fresh >= 0)
            ::close(fresh);
        return;  // the next applyChanges() tries again; pollForEvents() is used until then
    }
    m_hasStrays = false;
    if (m_epoll >= 0)
        ::close(m_epoll);
    m_epoll = fresh;
    for (std::size_t i = 0; i < m_watches.size(); ++i) {
        m_watches[i].applied = 0;
        if (m_watches[i].wanted != 0)
            noteChange(static_cast<int>(i), m_watches[i]);
    }
}

void DescriptorSet::noteChange(int descriptor, Watch &watch)
{
    if (!std::exchange(watch.isChanged, true))
        m_changed.push_back(descriptor);
}

void DescriptorSet::add(QSocketNotifier *notifier)
{
    const auto descriptor = static_cast<int>(notifier->socket());
    const auto index = static_cast<std::size_t>(descriptor);
    const auto kind = static_cast<std::size_t>(notifier->type());
    if (index >= m_watches.size())
        m_watches.resize(index + 1);
    Watch &watch = m_watches[index];
    if (watch.notifiers[kind] && watch.notifiers[kind] != notifier) {
        qWarning("More than one socket notifier of a kind for descriptor %d: the last one counts",
                 descriptor);
        retire(descriptor, watch);  // the number may belong to another open file now
    }
    watch.notifiers[kind] = notifier;
    watch.wanted |= bit(kind);
    watch.fresh |= bit(kind);
    noteChange(descriptor, watch);
}

void DescriptorSet::remove(QSocketNotifier *notifier)
{
    const auto descriptor = static_cast<int>(notifier->socket());
    const auto index = static_cast<std::size_t>(descriptor);
    const auto kind = static_cast<std::size_t>(notifier->type());
    if (index >= m_watches.size() || m_watches[index].notifiers[kind] != notifier)
        return;
    Watch &watch = m_watches[index];
    watch.notifiers[kind] = nullptr;
    watch.wanted &= static_cast<std::uint8_t>(~bit(kind));
    watch.fresh &= static_cast<std::uint8_t>(~bit(kind));
    if (watch.wanted == 0)
        retire(descriptor, watch);
    else
        noteChange(descriptor, watch);
}

void DescriptorSet::retire(int descriptor, Watch &watch)
{
    // epoll_ctl() fails for a closed descriptor, which epoll has removed already.
    if (watch.applied != 0)
        ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, nullptr);
    watch.applied = 0;
    ++watch.generation;
    if (std::exchange(watch.isAlwaysReady, false))
        std::erase(m_alwaysReady, descriptor);
}

void DescriptorSet::applyChanges()
{
    if (m_hasStrays)
        rebuild();
    // By index, because refuse() removes notifiers and so may append to m_changed.
    for (std::size_t i = 0; i < m_changed.size(); ++i) {
        const int descriptor = m_changed[i];
        m_watches[static_cast<std::size_t>(descriptor)].isChanged = false;
        apply(descriptor);
    }
    m_changed.clear();
}

void DescriptorSet::apply(int descriptor)
{
    Watch &watch = m_watches[static_cast<std::size_t>(descriptor)];
    watch.fresh = 0;
    if (watch.wanted == watch.applied || watch.isAlwaysReady)
        return;
    bool done = control(watch.applied == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, watch);
    if (!done && errno == EEXIST)
        done = control(EPOLL_CTL_MOD, descriptor, watch);
    else if (!done && errno == ENOENT)
        done = control(EPOLL_CTL_ADD, descriptor, watch);
    if (done) {
        watch.applied = watch.wanted;
    } else if (errno == EPERM) {
        watch.isAlwaysReady = true;
        m_alwaysReady.push_back(descriptor);
    } else {
        refuse(descriptor, errno);
    }
}

bool DescriptorSet::control(int operation, int descriptor, const Watch &watch)
{
    epoll_event event{};
    event.events = conditionsFor(watch.wanted);
    event.data.u64 = keyOf(descriptor, watch.generation);
    return ::epoll_ctl(m_epoll, operation, descriptor, &event) == 0;
}

/// Disables the notifiers of a descriptor that epoll did not accept: the number is not an open descriptor, or
/// the system's limit of watched descriptors is reached. Disabling removes the notifiers from this set.
void DescriptorSet::refuse(int descriptor, int error)
{
    qWarning("Socket notifiers of descriptor %d are off now: %s", descriptor, std::strerror(error));
    const auto notifiers = m_watches[static_cast<std::size_t>(descriptor)].notifiers;
    for (QSocketNotifier *notifier : notifiers) {
        if (notifier)
            notifier->setEnabled(false);
    }
}

bool DescriptorSet::waitForEvents(std::optional<Duration> timeout)
{
    static thread_local std::array<epoll_event, kEventsPerTurn> events;
    int count = -1;
    if (m_hasWait2) {
        const timespec limit = toTimespec(timeout.value_or(Duration::zero()));
        count = ::epoll_pwait2(m_epoll, events.data(), kEventsPerTurn, timeout ? &limit : nullptr, nullptr);
        // Old kernels fail with ENOSYS, old seccomp filters with EPERM. Then epoll_wait() is used from now
        // on.
        if (count < 0 && (errno == ENOSYS || errno == EPERM))
            m_hasWait2 = false;
    }
    if (!m_hasWait2) {
        const auto limit = timeout ? std::chrono::ceil<std::chrono::milliseconds>(*timeout).count() : -1;
        count =
            ::epoll_wait(m_epoll, events.data(), kEventsPerTurn,
                         static_cast<int>(std::min<std::int64_t>(limit, std::numeric_limits<int>::max())));
    }
    bool woken = false;
    for (int i = 0; i < count; ++i) {
        const std::uint64_t key = events[static_cast<std::size_t>(i)].data.u64;
        if (key == kWakeUpKey) {
            woken = true;
            continue;
        }
        const Ready ready{static_cast<int>(key & 0xffffffffU), static_cast<std::uint32_t>(key >> 32),
                          events[static_cast<std::size_t>(i)].events};
        if (m_watches[static_cast<std::size_t>(ready.descriptor)].generation == ready.generation)
            m_ready.push_back(ready);
        else
            m_hasStrays = true;
    }
    return woken;
}

/// Waits with ppoll(2) instead of epoll. Used while epoll reports a closed descriptor that cannot be removed
/// (see rebuild()), because that descriptor would end every wait at once and the loop would spin. The cost of
/// ppoll() grows with the number of descriptors.
bool DescriptorSet::pollForEvents(std::optional<Duration> timeout)
{
    std::vector<pollfd> all{{m_wakeUp, POLLIN, 0}};
    for (std::size_t i = 0; i < m_watches.size(); ++i) {
        const Watch &watch = m_watches[i];
        if (watch.wanted != 0 && !watch.isAlwaysReady)
            all.push_back({static_cast<int>(i), static_cast<short>(conditionsFor(watch.wanted)), 0});
    }
    const timespec limit = toTimespec(timeout.value_or(Duration::zero()));
    const int count = ::ppoll(all.data(), all.size(), timeout ? &limit : nullptr, nullptr);
    if (count < 0 && errno != EINTR)
        return waitForEvents(
            timeout);  // ppoll() refuses more entries than RLIMIT_NOFILE, which may have been lowered
    for (std::size_t i = 1; count > 0 && i < all.size(); ++i) {
        const int descriptor = all[i].fd;
        if (all[i].revents & POLLNVAL) {
            refuse(descriptor, EBADF);
        } else if (all[i].revents != 0) {
            m_ready.push_back({descriptor, m_watches[static_cast<std::size_t>(descriptor)].generation,
                               static_cast<std::uint32_t>(all[i].revents)});
        }
    }
    return count > 0 && all[0].revents != 0;
}

bool DescriptorSet::wait(std::optional<Duration> timeout)
{
    ++m_turn;
    m_ready.clear();
    std::vector<Ready> ready;
    for (const int descriptor : m_alwaysReady) {
        const Watch &watch = m_watches[static_cast<std::size_t>(descriptor)];
        // Plain files have no exceptional conditions, so notifiers for them are never activated.
        if (watch.notifiers[QSocketNotifier::Read] || watch.notifiers[QSocketNotifier::Write])
            ready.push_back({descriptor, watch.generation, EPOLLIN | EPOLLOUT});
    }
    if (!ready.empty())
        timeout = Duration::zero();
    const bool woken = m_hasStrays ? pollForEvents(timeout) : waitForEvents(timeout);
    m_ready.insert(m_ready.end(), ready.begin(), ready.end());
    return woken;
}

int DescriptorSet::deliver()
{
    const std::uint64_t turn = m_turn;
    int activated = 0;
    // A slot may run a nested event loop, which calls wait(). Then the results of this turn are out of date.
    for (std::size_t i = 0; turn == m_turn && i < m_ready.size(); ++i) {
        const Ready ready = m_ready[i];
        activated += activate(ready.descriptor, ready.generation, ready.conditions, turn);
    }
    return activated;
}

int DescriptorSet::activate(int descriptor, std::uint32_t generation, std::uint32_t conditions,
                            std::uint64_t turn)
{
    int activated = 0;
    for (std::size_t kind = 0; kind < kKinds && turn == m_turn; ++kind) {
        const Watch &watch = m_watches[static_cast<std::size_t>(descriptor)];
        if (watch.generation != generation)
            break;
        QSocketNotifier *notifier = watch.notifiers[kind];
        if (!notifier || (watch.fresh & bit(kind)) || !(conditions & kKindsOfNotifier[kind].reported))
            continue;
        QEvent event(QEvent::SockAct);
        QCoreApplication::sendEvent(notifier, &event);
        ++activated;
    }
    return activated;
}

}  // namespace holdline
