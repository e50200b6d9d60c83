// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QSocketNotifier>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace holdline {

/// The socket notifiers of one event loop, in one epoll instance: a descriptor is registered once for all its
/// notifiers, and waiting costs nothing for those that are idle.
///
/// Notifiers are told of the same conditions as by Qt's own loop: reading also of a hang-up or an error,
/// writing too, as long as there is something to tell (level-triggered). What is switched on and off again
/// within one turn never reaches the system; what is removed is taken out at once, because its descriptor may
/// be closed and its number come back as another's.
///
/// Owned by EpollDispatcher; one thread.
class DescriptorSet
{
public:
    /// `wakeUp` is a descriptor whose being readable ends wait(), and nothing else.
    explicit DescriptorSet(int wakeUp);
    ~DescriptorSet();
    DescriptorSet(const DescriptorSet &) = delete;
    DescriptorSet &operator=(const DescriptorSet &) = delete;

    /// False when the process had no descriptor left.
    bool isValid() const { return m_epoll >= 0; }

    void add(QSocketNotifier *notifier);
    void remove(QSocketNotifier *notifier);

    /// Hands changes to the system; to be called before wait().
    void applyChanges();
    /// Waits until something can be delivered or wakeUp is readable; for ever without a timeout. True when it
    /// was wakeUp (too).
    bool wait(std::optional<Duration> timeout);
    /// Activates the notifiers of what wait() found; returns how many. Their slots may add and remove any,
    /// and run loops inside.
    int deliver();

private:
    static constexpr std::size_t kKinds = 3;  ///< QSocketNotifier::Read, Write, Exception
    static constexpr int kEventsPerTurn = 256;

    struct Watch
    {
        std::array<QSocketNotifier *, kKinds> notifiers{};
        std::uint32_t generation = 0;  ///< counts how often the number has been in use
        std::uint8_t wanted = 0;       ///< one bit for each of `notifiers`
        std::uint8_t applied = 0;      ///< what the system knows
        std::uint8_t fresh = 0;        ///< not yet there when wait() was called
        bool isChanged = false;        ///< in m_changed
        bool isAlwaysReady = false;    ///< in m_alwaysReady
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
    std::vector<Watch> m_watches;  ///< by descriptor
    std::vector<int> m_changed;
    std::vector<int> m_alwaysReady;  ///< plain files and the like, which epoll does not take
    struct Ready
    {
        int descriptor;
        std::uint32_t generation;
        std::uint32_t conditions;
    };
    std::vector<Ready> m_ready;
    std::uint64_t m_turn = 0;  ///< counts wait()
    bool m_hasStrays = false;  ///< the system reports a descriptor that cannot be taken out any more
    bool m_hasWait2 = true;    ///< epoll_pwait2(2)
};

}  // namespace holdline
