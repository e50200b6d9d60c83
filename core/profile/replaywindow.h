// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QSet>

#include <deque>

namespace holdline::profile {

/// Recognises callbacks that were seen lately, by their `replayKey`. It holds at most `size` keys, each for
/// at most `age`; the oldest goes first. Not thread-safe.
class ReplayWindow
{
public:
    ReplayWindow(qsizetype size, Duration age) : m_maxSize(size), m_age(age) {}

    /// True when the key is in the window. Otherwise it is added. An empty key is never a replay.
    bool isReplay(const QByteArray &key, TimePoint now);
    /// Takes a key back, when its callback could not be taken and may come again.
    void forget(const QByteArray &key);
    qsizetype size() const { return m_known.size(); }

private:
    struct Entry
    {
        TimePoint seen;
        QByteArray key;
    };
    void dropOldest();

    qsizetype m_maxSize;
    Duration m_age;
    std::deque<Entry> m_order;  ///< by time
    QSet<QByteArray> m_known;
};

}  // namespace holdline::profile
