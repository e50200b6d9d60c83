// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/jobsapi/jobwatcher.h"

namespace holdline {

/// Sends the server-sent events of one job (WHATWG HTML, 9.2). Each change of the job becomes an event
/// `state` with the job's status. Several changes in quick succession may become one event. A time slice
/// without a change sends a comment, so that proxies keep the connection open. The stream ends when the job
/// ends.
class EventStream : public JobWatcher
{
    Q_OBJECT

public:
    /// `seen` is the last revision that the client has received, 0 for none. `links` is put before the paths
    /// in links: see linkBaseOf(). `slice` is the longest time without an event or a comment.
    EventStream(JobDirectory &directory, const QByteArray &id, std::uint64_t seen, const QByteArray &links,
                std::chrono::milliseconds slice, std::unique_ptr<Exchange> exchange, QObject *parent);

    /// Sends the head, and the job's state if it is new to the client.
    void start(const JobRecord &record);
    /// Ends the stream. The client may reconnect and continue after its last event.
    void finish() override;

private:
    void seen(std::optional<JobRecord> record) override;
    void goOn(const JobRecord &record);

    std::uint64_t m_seen;
    const QByteArray m_links;
};

}  // namespace holdline
