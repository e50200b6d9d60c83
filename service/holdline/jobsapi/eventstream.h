// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/jobsapi/jobwatcher.h"

namespace holdline {

/// Sends the server-sent events of one job (WHATWG HTML, 9.2). Each change becomes an event `state` with the
/// job's status. Changes that come together become one event. A slice without a change sends a comment, so
/// that proxies keep the connection open. The stream ends when the job ends.
class EventStream : public JobWatcher
{
    Q_OBJECT

public:
    /// The client has seen all revisions up to `seen`, none when it is 0. Links begin with `links`.
    EventStream(JobDirectory &directory, const QByteArray &id, std::uint64_t seen, const QByteArray &links,
                std::chrono::milliseconds slice, std::unique_ptr<Exchange> exchange, QObject *parent);

    /// Sends the head, and the job's state if it is new to the client.
    void start(const JobRecord &record);
    /// Ends the stream. The client reconnects and continues where it was.
    void finish() override;

private:
    void seen(std::optional<JobRecord> record) override;
    void goOn(const JobRecord &record);

    std::uint64_t m_seen;
    const QByteArray m_links;
};

}  // namespace holdline
