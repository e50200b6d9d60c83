// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QSocketNotifier>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace holdline {

/// Watches the file descriptors of one event loop's socket notifiers with one epoll(7) instance. A descriptor
/// is registered once for all its notifiers. Idle descriptors cost nothing during a wait.
///
/// As in Qt's event loop, a notifier is activated as long as its condition lasts (level-triggered), and also
/// by a hang-up or an error. Added notifiers are registered with the system only before the next wait. So
/// adding and removing a notifier in between needs no system call. Removing the last notifier of a registered
/// descriptor takes effect at once, because the descriptor may be closed and its number be used again.
///
/// Owned by EpollDispatcher. Not thread-safe.
class DescriptorSet
{
public:
    /// wait() returns when the descriptor `wakeUp` is readable. The set neither owns nor reads this
    /// descriptor.
    explicit DescriptorSet(int wakeUp);
    ~DescriptorSet();
    DescriptorSet(const DescriptorSet &) = delete;
    DescriptorSet &operator=(const DescriptorSet &) = delete;

    /// Returns false when the constructor could not make the epoll instance, e.g. without a free descriptor.
    bool isValid() const { return m_epoll >= 0; }

    /// The notifier must be removed before it is destroyed; Qt does that.
    void add(QSocketNotifier *notifier);
    void remove(QSocketNotifier *notifier);

    /// Registers new and changed descriptors with the system. Call this function before each wait().
    void applyChanges();
    /// Waits until a notifier can be activated, `wakeUp` is readable or the timeout ends. Without a timeout
    /// it may wait for ever. Returns true when `wakeUp` was readable.
    bool wait(std::optional<Duration> timeout);
    /// Activates the notifiers of the descriptors that wait() found ready, and returns how many were
    /// activated. Slots of the notifiers may add and remove notifiers, and may run nested event loops.
    int deliver();

private:
    static constexpr std::size_t kKinds = 3;  ///< QSocketNotifier::Read, Write, Exception
    static constexpr int kEventsPerTurn = 256;

    struct Watch
    {
        std::array<QSocketNotifier *, kKinds> notifiers{};
        std::uint32_t generation = 0;  ///< how often the descriptor was removed; shows outdated events
        std::uint8_t wanted = 0;       ///< one bit for each of `notifiers`
        std::uint8_t applied = 0;      ///< the bits of `wanted` that are registered with epoll
        std::uint8_t fresh = 0;        ///< bits of notifiers added after the last wait()
        bool isChanged = false;        ///< the descriptor is in m_changed
        bool isAlwaysReady = false;    ///< the descriptor is in m_alwaysReady
    };

    void apply(int descriptor);
    bool control(int operation, int descriptor, const Watch &watch);
    void refuse(int descriptor, int error);
    void retire(int descriptor, Watch &watch);
    void noteChange(int descriptor, Watch &watch);
    void rebuild();
    bool waitForEvents(std::optional<Duration> timeout);
    bool pollForEvents(std::optional<Duration> timeout);
    int activate(int descriptor, std::uint32_t generation, std::uint32_t conditions, std::uint64_t turn);

    int m_wakeUp;
    int m_epoll;
    std::vector<Watch> m_watches;    ///< by descriptor
    std::vector<int> m_changed;      ///< descriptors for the next applyChanges()
    std::vector<int> m_alwaysReady;  ///< descriptors that epoll refuses, such as plain files
    struct Ready
    {
        int descriptor;
        std::uint32_t generation;
        std::uint32_t conditions;
    };
    std::vector<Ready> m_ready;
    std::uint64_t m_turn = 0;  ///< number of calls of wait()
    bool m_hasStrays = false;  ///< epoll reports a closed descriptor that cannot be removed, see rebuild()
    bool m_hasWait2 = true;    ///< false once epoll_pwait2(2) has turned out to be unavailable
};

}  // namespace holdline
