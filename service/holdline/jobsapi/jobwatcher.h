// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/exchange.h"
#include "service/holdline/ports/jobdirectory.h"

#include <QObject>

#include <memory>

namespace holdline {

/// Waits for changes of one job for one client. Watches in short time slices, because a watch cannot be
/// cancelled when the client is gone.
///
/// Lifetime: JobsApi makes a watcher for a job that was found. The watcher ends itself: over() is emitted
/// once, when the client got its whole answer or is gone. Destroying the watcher earlier drops the exchange.
/// The directory must outlive the watcher. Thread: the directory's.
class JobWatcher : public QObject
{
    Q_OBJECT

public:
    JobWatcher(JobDirectory &directory, QByteArray id, std::chrono::milliseconds slice,
               std::unique_ptr<Exchange> exchange, QObject *parent);

    /// Ends the wait now and answers with the known state of the job.
    virtual void finish() = 0;

Q_SIGNALS:
    /// The watcher has ended. Never emitted inside a constructor.
    void over();

protected:
    /// Calls seen() when the revision is above `after`, or when the job has ended or does not exist. Also
    /// calls seen() at the end of the slice and at `until`.
    void watch(std::uint64_t after, TimePoint until = TimePoint::max());
    /// Called once after each watch(). The record is empty when the job does not exist.
    virtual void seen(std::optional<JobRecord> record) = 0;
    /// Emits over(), only once.
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
