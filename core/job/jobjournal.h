// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/walltime.h"
#include "core/job/jobmachine.h"

#include <QByteArray>

#include <cstdint>
#include <vector>

namespace holdline {

/// What an entry of a journal reports. The numbers of the enumerators are stored, so add new ones only at the
/// end.
enum class JournalEvent : std::uint8_t {
    Accepted,      ///< a client's request made the job
    Start,         ///< the lane granted a start request, which is sent as soon as this entry is stored
    Answered,      ///< the upstream answered the start request, or could not be reached
    Retry,         ///< the start request failed and will be sent again
    StartUnknown,  ///< the start request was sent, but has no readable answer
    Callback,      ///< a callback arrived
    HandedOver,    ///< the client will ask for the result later
    Recovered,     ///< a restarted service has read the job from the store
    Ended,         ///< the job has ended
    Progress,      ///< one or more callbacks reported that the job goes on; the time is that of the last one
    Asked,         ///< Holdline asked the upstream, which answered that the job has ended
};
inline constexpr int kJournalEventCount = static_cast<int>(JournalEvent::Asked) + 1;

/// "accepted", "start", …
QLatin1StringView name(JournalEvent event);

struct JournalEntry
{
    WallTime at{};
    JournalEvent event = JournalEvent::Accepted;
    /// For Start: the number of the attempt, from 1. For Answered and Retry: the HTTP status, 0 without an
    /// answer. For Progress: the number of callbacks. Otherwise 0.
    int number = 0;
    /// Why a start request failed, the outcome of a callback, or the outcome of the job; for people. May be
    /// null.
    QByteArray detail;

    friend bool operator==(const JournalEntry &, const JournalEntry &) = default;
};

/// The history of a durable job, in order. Contains the first kFirst and the last kLast entries, and the
/// number of the entries between them that were left out. So its size is bounded. A value.
class JobJournal
{
public:
    static constexpr std::size_t kFirst = 4;
    static constexpr std::size_t kLast = 12;
    static constexpr qsizetype kDetailBytes = 64;

    JobJournal() = default;
    /// Makes a journal from stored entries. `omitted` is the number of entries left out before.
    JobJournal(std::vector<JournalEntry> entries, int omitted);

    /// Adds an entry. Cuts its detail to kDetailBytes. May leave out an older entry.
    void add(JournalEntry entry);
    /// Adds a callback with progress. Such callbacks that follow each other share one entry.
    void addProgress(WallTime at);

    const std::vector<JournalEntry> &entries() const { return m_entries; }
    /// Number of entries that were left out after the first kFirst.
    int omitted() const { return m_omitted; }
    /// Approximate size in bytes.
    qsizetype bytes() const;

    friend bool operator==(const JobJournal &, const JobJournal &) = default;

private:
    std::vector<JournalEntry> m_entries;
    int m_omitted = 0;
};

/// Facts for a journal entry that are not part of the JobEvent.
struct JournalFacts
{
    WallTime at{};
    int attempts = 0;    ///< start requests before this step
    int httpStatus = 0;  ///< status of the answer to the last start request; 0 without an answer
    QByteArray trouble;  ///< why the last start request failed, for people; empty after a success
};

/// Adds the entries for `event` and for `step`, the result of step() for this event. An event that changes
/// nothing adds no entry.
void note(JobJournal &journal, JobEvent event, const JobStep &step, const JournalFacts &facts);

}  // namespace holdline
