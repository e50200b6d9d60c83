// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/jobsapi/jobwatcher.h"

namespace holdline {

/// Server-sent events of one job (WHATWG HTML, 9.2): an event `state` with the job's status for each revision
/// the client has not seen, the latest where several came at once; a comment where nothing changed for a
/// slice, so that whoever is in between keeps the connection; the stream's end after the job's.
class EventStream : public JobWatcher
{
    Q_OBJECT

public:
    /// The client has seen the revisions up to `seen`; 0: none.
    EventStream(JobDirectory &directory, const QByteArray &id, std::uint64_t seen,
                std::chrono::milliseconds slice, std::unique_ptr<Exchange> exchange, QObject *parent);

    /// Sends the head and how the job stands, if that is new.
    void start(const JobRecord &record);
    /// The client connects again, and goes on where it was.
    void finish() override;

private:
    void seen(std::optional<JobRecord> record) override;
    void goOn(const JobRecord &record);

    std::uint64_t m_seen;
};

}  // namespace holdline
