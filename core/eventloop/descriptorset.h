// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QSocketNotifier>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace holdline {

/// The socket notifiers of one event loop, in one epoll instance. A descriptor is registered once for all
/// its notifiers, and idle ones cost nothing during a wait.
///
/// Notifiers report the same conditions as in the loop of Qt, as long as they last (level-triggered):
/// reading also reports a hang-up or an error, writing too. A change that is undone within one turn never
/// reaches the system. A removal takes effect at once, because the descriptor may be closed and its
/// number used again.
///
/// Owned by EpollDispatcher. Thread: one.
class DescriptorSet
{
public:
    /// When the descriptor `wakeUp` is readable, wait() ends. It does nothing else.
    explicit DescriptorSet(int wakeUp);
    ~DescriptorSet();
    DescriptorSet(const DescriptorSet &) = delete;
    DescriptorSet &operator=(const DescriptorSet &) = delete;

    /// False when the process had no descriptor left.
    bool isValid() const { return m_epoll >= 0; }

    void add(QSocketNotifier *notifier);
    void remove(QSocketNotifier *notifier);

    /// Gives the changes to the system. Call it before wait().
    void applyChanges();
    /// Waits until a notifier can be activated or wakeUp is readable. Without a timeout it waits for
    /// ever. True when wakeUp was readable.
    bool wait(std::optional<Duration> timeout);
    /// Activates the notifiers that wait() found, and returns their number. Their slots may add and
    /// remove notifiers, and may run nested loops.
    int deliver();

private:
    static constexpr std::size_t kKinds = 3;  ///< QSocketNotifier::Read, Write, Exception
    static constexpr int kEventsPerTurn = 256;

    struct Watch
    {
        std::array<QSocketNotifier *, kKinds> notifiers{};
        std::uint32_t generation = 0;  ///< counts how often the number has been in use
        std::uint8_t wanted = 0;       ///< one bit for each of `notifiers`
        std::uint8_t applied = 0;      ///< the conditions that the system has
        std::uint8_t fresh = 0;        ///< added after the last wait()
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
    std::vector<int> m_alwaysReady;  ///< descriptors that epoll refuses, such as plain files
    struct Ready
    {
        int descriptor;
        std::uint32_t generation;
        std::uint32_t conditions;
    };
    std::vector<Ready> m_ready;
    std::uint64_t m_turn = 0;  ///< counts wait()
    bool m_hasStrays = false;  ///< the system reports a descriptor that can no longer be removed
    bool m_hasWait2 = true;    ///< epoll_pwait2(2)
};

}  // namespace holdline
