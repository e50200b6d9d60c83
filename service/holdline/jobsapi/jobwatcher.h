// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/exchange.h"
#include "service/holdline/ports/jobdirectory.h"

#include <QObject>

#include <memory>

namespace holdline {

/// One client that waits for changes of one job. It watches in slices, so that little is left of a client
/// that went away.
///
/// Life: made by JobsApi when the job was found and has not ended, ends itself: over() comes once, when the
/// client is answered to the end or gone. Destroying it before gives the exchange up. The directory must
/// outlive it. Thread: the directory's.
class JobWatcher : public QObject
{
    Q_OBJECT

public:
    JobWatcher(JobDirectory &directory, QByteArray id, std::chrono::milliseconds slice,
               std::unique_ptr<Exchange> exchange, QObject *parent);

    /// Answers with what is known: nobody can wait any longer.
    virtual void finish() = 0;

Q_SIGNALS:
    /// Never from inside a constructor.
    void over();

protected:
    /// Calls seen() when the revision is above `after`, the job has ended or is not there, the slice is over
    /// or `until` has come.
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
