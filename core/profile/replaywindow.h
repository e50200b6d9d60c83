// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QByteArray>
#include <QHash>

#include <cstdint>
#include <deque>

namespace holdline::profile {

/// Whether the window has a callback already.
enum class Sighting : std::uint8_t {
    New,       ///< not seen lately
    Repeated,  ///< seen before for the same owner
    Replayed,  ///< seen before for another owner
};

/// Recognises callbacks that were seen lately, by their `replayKey`. Each key belongs to the first owner for
/// which it was seen: the job that accepted the callback. The window holds at most `size` keys, each for at
/// most `age`. The oldest key is dropped first. Not thread-safe.
class ReplayWindow
{
public:
    ReplayWindow(qsizetype size, Duration age) : m_maxSize(size), m_age(age) {}

    void setAge(Duration age) { m_age = age; }

    /// Adds a new key for this owner. An empty key is always new, and is not added.
    Sighting see(const QByteArray &key, const QByteArray &owner, TimePoint now);
    /// Removes a key, because its callback could not be accepted and may be sent again.
    void forget(const QByteArray &key);
    qsizetype size() const { return m_owners.size(); }

private:
    struct Entry
    {
        TimePoint seen;
        QByteArray key;
    };
    void dropOldest();

    qsizetype m_maxSize;
    Duration m_age;
    std::deque<Entry> m_order;               ///< sorted by time, the oldest first
    QHash<QByteArray, QByteArray> m_owners;  ///< the owner of each key
};

}  // namespace holdline::profile
