// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/walltime.h"
#include "core/job/jobmachine.h"

#include <QByteArray>

#include <cstdint>
#include <vector>

namespace holdline {

/// The entries of a journal, each one thing that happened to a job. The store keeps the numbers, so a new
/// one goes to the end.
enum class JournalEvent : std::uint8_t {
    Accepted,      ///< the request made the job
    Start,         ///< the lane granted a start; it leaves as soon as this is stored
    Answered,      ///< the upstream answered the start, or could not be reached
    Retry,         ///< the start failed, and another one follows
    StartUnknown,  ///< the start was sent without a readable answer
    Callback,      ///< a callback came
    HandedOver,    ///< a client will come back for the result
    Recovered,     ///< a later process read the job from the store
    Ended,
    Progress,  ///< callbacks said that the job goes on; the time is that of the last one
    Asked,     ///< the upstream, when asked, said that the job has ended
};
inline constexpr int kJournalEventCount = static_cast<int>(JournalEvent::Asked) + 1;

/// "accepted", "start", …
QLatin1StringView name(JournalEvent event);

struct JournalEntry
{
    WallTime at{};
    JournalEvent event = JournalEvent::Accepted;
    /// Of a Start: which attempt. Of an Answered or a Retry: the HTTP status, 0 without one. Of a Progress:
    /// how many reports it stands for.
    int number = 0;
    /// For people: why a start failed, the outcome of a callback, the outcome of the job. May be null.
    QByteArray detail;

    friend bool operator==(const JournalEntry &, const JournalEntry &) = default;
};

/// What happened to a durable job, in order. Keeps the first entries and the last ones, and counts those in
/// between that it left out. Its size is bounded: see kFirst, kLast and kDetailBytes. A value.
class JobJournal
{
public:
    static constexpr std::size_t kFirst = 4;
    static constexpr std::size_t kLast = 12;
    static constexpr qsizetype kDetailBytes = 64;

    JobJournal() = default;
    /// A journal from the store. Entries beyond the limit are left out.
    JobJournal(std::vector<JournalEntry> entries, int omitted);

    /// Cuts the detail to kDetailBytes.
    void add(JournalEntry entry);
    /// Adds a callback with progress. Reports that follow each other share one entry.
    void addProgress(WallTime at);

    const std::vector<JournalEntry> &entries() const { return m_entries; }
    /// How many entries were left out after the first kFirst.
    int omitted() const { return m_omitted; }
    /// Approximate size.
    qsizetype bytes() const;

    friend bool operator==(const JobJournal &, const JobJournal &) = default;

private:
    std::vector<JournalEntry> m_entries;
    int m_omitted = 0;
};

/// Facts that an event of the machine does not carry.
struct JournalFacts
{
    WallTime at{};
    int attempts = 0;    ///< starts so far, without the one that this step orders
    int httpStatus = 0;  ///< of the answer to the last start; 0 without one
    QByteArray trouble;  ///< why the last start failed, for people; empty after a success
};

/// Adds what `event` and the machine's answer to it mean. Adds nothing for an event without effect.
void note(JobJournal &journal, JobEvent event, const JobStep &step, const JournalFacts &facts);

}  // namespace holdline
