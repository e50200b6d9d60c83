// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/exchange.h"
#include "service/holdline/ports/jobdirectory.h"

#include <QObject>

#include <memory>

namespace holdline {

/// One client that waits for changes of one job. It watches in slices, so that a client that left costs
/// little.
///
/// Life: JobsApi makes it for a job that was found and has not ended. It ends itself: over() comes once, when
/// the client got its whole answer or left. Destroying it earlier drops the exchange. The directory must
/// outlive it. Thread: the directory's.
class JobWatcher : public QObject
{
    Q_OBJECT

public:
    JobWatcher(JobDirectory &directory, QByteArray id, std::chrono::milliseconds slice,
               std::unique_ptr<Exchange> exchange, QObject *parent);

    /// Ends the wait now and answers with the known state.
    virtual void finish() = 0;

Q_SIGNALS:
    /// Never emitted inside a constructor.
    void over();

protected:
    /// Calls seen() when the revision is above `after`, or when the job has ended or does not exist. Also
    /// calls it at the end of the slice and at `until`.
    void watch(std::uint64_t after, TimePoint until = TimePoint::max());
    virtual void seen(std::optional<JobRecord> record) = 0;
    void end();
    Exchange &exchange() { return *m_exchange; }

private:
    void ask(std::uint64_t after, TimePoint due);
    void told(std::optional<JobRecord> record, std::uint64_t after, TimePoint due);

    JobDirectory &m_directory;
    const QByteArray m_id;
    const std::chrono::milliseconds m_slice;
    std::unique_ptr<Exchange> m_exchange;
    bool m_over = false;
};

}  // namespace holdline
