// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/machinetime.h"

#include <functional>
#include <memory>
#include <mutex>

namespace holdline::test {

/// The clocks of a machine that the test moves. Thread: any.
class ManualClocks
{
public:
    ManualClocks()
    {
        using namespace std::chrono;
        m_state->now = {floor<milliseconds>(system_clock::now()), hours(5), "boot 1"};
    }

    /// Reads them. Outlives this object.
    std::function<MachineTime()> reader() const
    {
        return [state = m_state] {
            const std::lock_guard lock(state->mutex);
            return state->now;
        };
    }
    MachineTime now() const { return reader()(); }

    /// Time passes.
    void pass(std::chrono::milliseconds time)
    {
        change([time](MachineTime &now) {
            now.wall += time;
            now.sinceBoot += time;
        });
    }
    /// Somebody sets the wall clock.
    void step(std::chrono::milliseconds by)
    {
        change([by](MachineTime &now) { now.wall += by; });
    }
    /// The machine starts anew. `by` is what its wall clock says of the time in between.
    void reboot(std::chrono::milliseconds by)
    {
        change([by](MachineTime &now) {
            now.wall += by;
            now.sinceBoot = std::chrono::seconds(20);
            now.boot += '+';
        });
    }
    /// The system does not tell which start of the machine this is.
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
