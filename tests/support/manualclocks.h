// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/machinetime.h"

#include <functional>
#include <memory>
#include <mutex>

namespace holdline::test {

/// The clocks of a machine, moved by the test. Thread-safe.
class ManualClocks
{
public:
    ManualClocks()
    {
        using namespace std::chrono;
        m_state->now = {floor<milliseconds>(system_clock::now()), hours(5), "boot 1"};
    }

    /// Returns a function that reads these clocks. The function may outlive this object.
    std::function<MachineTime()> reader() const
    {
        return [state = m_state] {
            const std::lock_guard lock(state->mutex);
            return state->now;
        };
    }
    MachineTime now() const { return reader()(); }

    /// Advances all clocks.
    void pass(std::chrono::milliseconds time)
    {
        change([time](MachineTime &now) {
            now.wall += time;
            now.sinceBoot += time;
        });
    }
    /// Sets only the wall clock forward or back, as an administrator does.
    void step(std::chrono::milliseconds by)
    {
        change([by](MachineTime &now) { now.wall += by; });
    }
    /// Simulates a reboot of the machine. `by` is how far the wall clock moves between the two boots.
    void reboot(std::chrono::milliseconds by)
    {
        change([by](MachineTime &now) {
            now.wall += by;
            now.sinceBoot = std::chrono::seconds(20);
            now.boot += '+';
        });
    }
    /// Simulates a system that does not report a boot id.
    void forgetBoot()
    {
        change([](MachineTime &now) { now.boot.clear(); });
    }

private:
    struct State
    {
        std::mutex mutex;
        MachineTime now;
    };

    void change(const std::function<void(MachineTime &)> &how)
    {
        const std::lock_guard lock(m_state->mutex);
        how(m_state->now);
    }

    std::shared_ptr<State> m_state = std::make_shared<State>();
};

}  // namespace holdline::test
