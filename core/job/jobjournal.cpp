// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/jobjournal.h"

#include "core/base/enumtable.h"

#include <utility>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// Returns the text as a QByteArray without a copy. The text must be a literal.
QByteArray bytesOf(QLatin1StringView text)
{
    return QByteArray::fromRawData(text.data(), text.size());
}

/// Returns whether the event is an answer to a start request by which the upstream accepted the job.
bool tookTheJob(JobEvent event)
{
    return event == JobEvent::StartAccepted || event == JobEvent::StartCompleted ||
           event == JobEvent::StartJobFailed;
}

}  // namespace

QLatin1StringView name(JournalEvent event)
{
    static constexpr EnumTexts<JournalEvent, kJournalEventCount> kTexts({
        {JournalEvent::Accepted, "accepted"_L1},
        {JournalEvent::Start, "start"_L1},
        {JournalEvent::Answered, "answered"_L1},
        {JournalEvent::Retry, "retry"_L1},
        {JournalEvent::StartUnknown, "start_unknown"_L1},
        {JournalEvent::Callback, "callback"_L1},
        {JournalEvent::HandedOver, "handed_over"_L1},
        {JournalEvent::Recovered, "recovered"_L1},
        {JournalEvent::Ended, "ended"_L1},
        {JournalEvent::Progress, "progress"_L1},
        {JournalEvent::Asked, "asked"_L1},
    });
    return kTexts[event];
}

JobJournal::JobJournal(std::vector<JournalEntry> entries, int omitted) : m_omitted(omitted)
{
    for (JournalEntry &entry : entries)
        add(std::move(entry));
}

void JobJournal::add(JournalEntry entry)
{
    entry.detail.truncate(kDetailBytes);
    if (m_entries.size() == kFirst + kLast) {
        m_entries.erase(m_entries.begin() + kFirst);
        ++m_omitted;
    }
    m_entries.push_back(std::move(entry));
}

void JobJournal::addProgress(WallTime at)
{
    if (m_entries.empty() || m_entries.back().event != JournalEvent::Progress) {
        add({at, JournalEvent::Progress, 1, {}});
        return;
    }
    m_entries.back().at = at;
    ++m_entries.back().number;
}

qsizetype JobJournal::bytes() const
{
    qsizetype bytes = 0;
    for (const JournalEntry &entry : m_entries)
        bytes += static_cast<qsizetype>(sizeof entry) + entry.detail.size();
    return bytes;
}

void note(JobJournal &journal, JobEvent event, const JobStep &step, const JournalFacts &facts)
{
    const auto add = [&](JournalEvent what, int number = 0, const QByteArray &detail = {}) {
        journal.add({facts.at, what, number, detail});
    };
    switch (event) {
        case JobEvent::TurnGranted:
            if (step.actions.testFlag(JobAction::SendStart))
                add(JournalEvent::Start, facts.attempts + 1);
            break;
        case JobEvent::StartAccepted:
        case JobEvent::StartCompleted:
        case JobEvent::StartJobFailed:
        case JobEvent::StartRejected:
        case JobEvent::StartUnreachable:
        case JobEvent::StartFailed:
            // If no turn ends, the job had no start request in flight, so the event changes nothing.
            if (step.actions.testFlag(JobAction::EndTurn))
                add(JournalEvent::Answered, facts.httpStatus,
                    tookTheJob(event) ? QByteArray() : facts.trouble);
            break;
        case JobEvent::RetryRejected:
        case JobEvent::RetryUnreachable:
        case JobEvent::RetryFailed:
        case JobEvent::RetryUnknown:
            if (step.actions.testFlag(JobAction::AwaitRetry))
                add(JournalEvent::Retry, facts.httpStatus, facts.trouble);
            break;
        case JobEvent::StartUnknown:
            if (step.actions.testFlag(JobAction::EndTurn))
                add(JournalEvent::StartUnknown, 0, facts.trouble);
            break;
        case JobEvent::CallbackCompleted:
        case JobEvent::CallbackFailed:
        case JobEvent::CallbackProgress:
        case JobEvent::CallbackMismatched:
            if (step.callback == CallbackOutcome::Progress)
                journal.addProgress(facts.at);
            else if (step.callback != CallbackOutcome::Unknown)
                add(JournalEvent::Callback, 0, bytesOf(name(step.callback)));
            break;
        case JobEvent::StatusCompleted:
        case JobEvent::StatusJobFailed:
            if (step.actions)
                add(JournalEvent::Asked, 0,
                    bytesOf(event == JobEvent::StatusCompleted ? "completed"_L1 : "failed"_L1));
            break;
        case JobEvent::StatusProgress:
            break;
        case JobEvent::HandOver:
            add(JournalEvent::HandedOver);
            break;
        case JobEvent::Deadline:
        case JobEvent::ClientGone:
        case JobEvent::Cancel:
        case JobEvent::DrainExpired:
        case JobEvent::StoreFailed:
        case JobEvent::StoreRetry:
            break;
    }
    if (step.actions.testFlag(JobAction::Settle))
        add(JournalEvent::Ended, 0, bytesOf(name(step.status.outcome)));
}

}  // namespace holdline
