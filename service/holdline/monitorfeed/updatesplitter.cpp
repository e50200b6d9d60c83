// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/monitorfeed/updatesplitter.h"

#include "core/monitormessages/monitorcodec.h"

#include <iterator>

namespace holdline::monitor {

namespace {

class Splitter
{
public:
    explicit Splitter(Update &&first) : m_hasMore(first.service || first.sample)
    {
        m_updates.push_back(std::move(first));
    }

    template <typename Row>
    void add(std::vector<Row> &&rows, std::vector<Row> Update::*member)
    {
        auto from = rows.begin();
        while (from != rows.end()) {
            if (m_room == 0) {
                m_updates.emplace_back();
                m_room = kMaxRowsPerUpdate;
            }
            const auto count = std::min(static_cast<std::ptrdiff_t>(m_room), rows.end() - from);
            auto &into = m_updates.back().*member;
            into.insert(into.end(), std::move_iterator(from), std::move_iterator(from + count));
            from += count;
            m_room -= static_cast<std::size_t>(count);
            m_hasMore = true;
        }
    }

    void count(std::uint64_t endedOmitted, std::uint64_t callbacksOmitted)
    {
        m_updates.back().endedOmitted = endedOmitted;
        m_updates.back().callbacksOmitted = callbacksOmitted;
        m_hasMore = m_hasMore || endedOmitted > 0 || callbacksOmitted > 0;
    }

    std::vector<Update> take()
    {
        if (!m_hasMore)
            m_updates.clear();
        return std::move(m_updates);
    }

private:
    std::vector<Update> m_updates;
    std::size_t m_room = kMaxRowsPerUpdate;
    bool m_hasMore;
};

}  // namespace

std::vector<Update> split(FeedBatch &&batch, Update &&first)
{
    Splitter splitter(std::move(first));
    splitter.add(std::move(batch.jobs), &Update::jobs);
    splitter.add(std::move(batch.ended), &Update::ended);
    splitter.add(std::move(batch.gone), &Update::gone);
    splitter.add(std::move(batch.lanes), &Update::lanes);
    splitter.add(std::move(batch.lanesGone), &Update::lanesGone);
    splitter.add(std::move(batch.callbacks), &Update::callbacks);
    splitter.count(batch.endedOmitted, batch.callbacksOmitted);
    return splitter.take();
}

}  // namespace holdline::monitor
