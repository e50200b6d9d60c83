// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobs/registeredjobs.h"

#include <utility>

namespace holdline {

int RegisteredJobs::join(Wake wake)
{
    const std::lock_guard lock(m_mutex);
    m_listeners[++m_lastListener].wake = std::move(wake);
    return m_lastListener;
}

void RegisteredJobs::setWake(int listener, Wake wake)
{
    const std::lock_guard lock(m_mutex);
    m_listeners[listener].wake = std::move(wake);
}

void RegisteredJobs::leave(int listener)
{
    const std::lock_guard lock(m_mutex);
    m_listeners.erase(listener);
    for (auto &[name, route] : m_routes)
        std::erase_if(route.callbacks,
                      [listener](const auto &one) { return one.second.listener == listener; });
}

RegisteredJobs::Number RegisteredJobs::beginStart(const QByteArray &route)
{
    const std::lock_guard lock(m_mutex);
    m_routes[route].starts.insert(++m_last);
    return m_last;
}

void RegisteredJobs::endStart(const QByteArray &route, Number start)
{
    const std::lock_guard lock(m_mutex);
    Route &one = m_routes[route];
    one.starts.erase(start);
    // A callback need not wait for start requests that were sent after it came: they cannot have caused it.
    while (!one.callbacks.empty() &&
           (one.starts.empty() || one.callbacks.begin()->first < *one.starts.begin()))
        endWait(one, one.callbacks.begin());
}

void RegisteredJobs::add(const QByteArray &route, const QByteArray &id, const Place &place)
{
    const std::lock_guard lock(m_mutex);
    Route &one = m_routes[route];
    one.jobs.insert_or_assign(id, place);
    for (auto at = one.callbacks.begin(); at != one.callbacks.end();) {
        const auto waiting = at++;
        if (waiting->second.id == id)
            endWait(one, waiting);
    }
}

void RegisteredJobs::remove(const QByteArray &route, const QByteArray &id, const Place &place)
{
    const std::lock_guard lock(m_mutex);
    const auto one = m_routes.find(route);
    if (one == m_routes.end())
        return;
    auto &jobs = one->second.jobs;
    const auto found = jobs.find(id);
    if (found != jobs.end() && found->second == place)
        jobs.erase(found);
}

RegisteredJobs::Number RegisteredJobs::arrive()
{
    const std::lock_guard lock(m_mutex);
    return ++m_last;
}

RegisteredJobs::Answer RegisteredJobs::look(const QByteArray &route, const QByteArray &id, Number callback,
                                            Place &place) const
{
    const auto one = m_routes.find(route);
    if (one == m_routes.end())
        return Answer::Unknown;
    if (const auto job = one->second.jobs.find(id); job != one->second.jobs.end()) {
        place = job->second;
        return Answer::Known;
    }
    const auto &starts = one->second.starts;
    return !starts.empty() && *starts.begin() < callback ? Answer::MayCome : Answer::Unknown;
}

RegisteredJobs::Answer RegisteredJobs::find(const QByteArray &route, const QByteArray &id, Number callback,
                                            Place &place) const
{
    const std::lock_guard lock(m_mutex);
    return look(route, id, callback, place);
}

RegisteredJobs::Answer RegisteredJobs::findOrWait(const QByteArray &route, const QByteArray &id,
                                                  Number callback, int listener, Place &place)
{
    const std::lock_guard lock(m_mutex);
    const Answer answer = look(route, id, callback, place);
    if (answer == Answer::MayCome)
        m_routes[route].callbacks.emplace(callback, Waiting{id, listener});
    return answer;
}

void RegisteredJobs::giveUp(const QByteArray &route, Number callback)
{
    const std::lock_guard lock(m_mutex);
    m_routes[route].callbacks.erase(callback);
}

std::vector<RegisteredJobs::Number> RegisteredJobs::take(int listener)
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_listeners[listener].due, {});
}

/// Moves the callback to its listener's `due` list. Wakes the listener only when that list was empty.
void RegisteredJobs::endWait(Route &route, std::map<Number, Waiting>::iterator waiting)
{
    Listener &listener = m_listeners[waiting->second.listener];
    listener.due.push_back(waiting->first);
    route.callbacks.erase(waiting);
    if (listener.due.size() == 1 && listener.wake)
        listener.wake();
}

}  // namespace holdline
