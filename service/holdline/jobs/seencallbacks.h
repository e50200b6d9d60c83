// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/replaywindow.h"
#include "service/holdline/jobs/registeredjobs.h"

#include <mutex>
#include <unordered_map>

namespace holdline {

/// The callbacks that jobs accepted lately, by their replay key (CheckedCallback::replayKey). All shards
/// share one object, because a replay may go to a job of another shard. Each route has a window of its own,
/// so that callbacks of one route cannot push out those of another. Thread: any.
class SeenCallbacks
{
public:
    /// The most callbacks in the window of one route, about 10 MiB of memory. Only a sender that knows the
    /// secret can fill the window.
    static constexpr qsizetype kMaxCallbacks = 50'000;

    /// Adds a callback of this job, if its replay key is new for the route. Returns whether the key is new,
    /// or belongs to this job or to another job. `age` is Route::replayAge(), which a reload may change.
    /// `job` is the job's id. An empty key is always new.
    profile::Sighting see(const QByteArray &route, Duration age, const QByteArray &key, const QByteArray &job,
                          TimePoint now)
    {
        if (key.isEmpty())
            return profile::Sighting::New;
        const std::lock_guard lock(m_mutex);
        profile::ReplayWindow &window = m_windows.try_emplace(route, kMaxCallbacks, age).first->second;
        window.setAge(age);
        return window.see(key, job, now);
    }
    /// Removes a key, because the job did not accept the callback.
    void forget(const QByteArray &route, const QByteArray &key)
    {
        if (key.isEmpty())
            return;
        const std::lock_guard lock(m_mutex);
        if (const auto window = m_windows.find(route); window != m_windows.end())
            window->second.forget(key);
    }

private:
    std::mutex m_mutex;
    std::unordered_map<QByteArray, profile::ReplayWindow> m_windows;  ///< by the route's name
};

/// The data about callbacks that all shards share. Thread: any.
struct SharedCallbacks
{
    RegisteredJobs jobs;
    SeenCallbacks seen;
};

}  // namespace holdline
