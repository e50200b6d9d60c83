// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/jobjournal.h"
#include "tests/support/suite.h"

#include <QTest>

#include <algorithm>
#include <functional>

using namespace holdline;
using namespace Qt::StringLiterals;

namespace {

JournalEntry entryAt(int number)
{
    return {WallTime(std::chrono::milliseconds(number)), JournalEvent::Start, number, {}};
}

QStringList eventsOf(const JobJournal &journal)
{
    QStringList events;
    for (const JournalEntry &entry : journal.entries())
        events.append(QString(name(entry.event)));
    return events;
}

/// Returns the journal of a durable job after these events.
JobJournal journalOf(std::initializer_list<JobEvent> events, JournalFacts facts = {})
{
    JobJournal journal;
    JobStatus status;
    status.durable = true;
    for (const JobEvent event : events) {
        const JobStep next = step(status, event);
        note(journal, event, next, facts);
        status = next.status;
    }
    return journal;
}

}  // namespace

class TestJobJournal : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theMiddleIsLeftOut()
    {
        JobJournal journal;
        const int most = static_cast<int>(JobJournal::kFirst + JobJournal::kLast);
        for (int i = 0; i < most; ++i)
            journal.add(entryAt(i));
        QCOMPARE(journal.omitted(), 0);
        for (int i = most; i < 100; ++i)
            journal.add(entryAt(i));
        QCOMPARE(journal.entries().size(), std::size_t(most));
        QCOMPARE(journal.omitted(), 100 - most);
        QCOMPARE(journal.entries()[JobJournal::kFirst - 1].number, static_cast<int>(JobJournal::kFirst) - 1);
        QCOMPARE(journal.entries()[JobJournal::kFirst].number, 100 - static_cast<int>(JobJournal::kLast));
        QCOMPARE(journal.entries().back().number, 99);
        // A journal that is read back from the store is equal. A stored journal with too many entries is cut.
        QCOMPARE(JobJournal(journal.entries(), journal.omitted()), journal);
        std::vector<JournalEntry> many(1'000, entryAt(1));
        QCOMPARE(JobJournal(many, 0).entries().size(), std::size_t(most));
    }

    void longTextsAreCut()
    {
        JobJournal journal;
        journal.add({{}, JournalEvent::Retry, 0, QByteArray(1'000, 'x')});
        QCOMPARE(journal.entries().front().detail.size(), JobJournal::kDetailBytes);
        QVERIFY(journal.bytes() >= JobJournal::kDetailBytes);
    }

    void namesAreDistinct()
    {
        QStringList names;
        for (int i = 0; i < kJournalEventCount; ++i)
            names.append(QString(name(static_cast<JournalEvent>(i))));
        QVERIFY(!names.contains(QString()));
        QCOMPARE(names.removeDuplicates(), 0);
    }

    void stories_data()
    {
        QTest::addColumn<QList<int>>("events");
        QTest::addColumn<QString>("story");
        const auto row = [](const char *story, std::initializer_list<JobEvent> events) {
            QList<int> numbers;
            for (const JobEvent event : events)
                numbers.append(static_cast<int>(event));
            QTest::newRow(story) << numbers << QString::fromLatin1(story);
        };
        using enum JobEvent;
        row("start answered callback ended", {TurnGranted, StartAccepted, CallbackCompleted});
        row("start answered ended", {TurnGranted, StartRejected});
        row("start answered ended", {TurnGranted, StartUnreachable});
        row("start retry start answered", {TurnGranted, RetryFailed, TurnGranted, StartAccepted});
        row("start retry start retry start retry",
            {TurnGranted, RetryRejected, TurnGranted, RetryUnreachable, TurnGranted, RetryUnknown});
        row("start start_unknown ended", {TurnGranted, JobEvent::StartUnknown, Deadline});
        row("start callback ended answered", {TurnGranted, CallbackCompleted, StartAccepted});
        row("start answered callback", {TurnGranted, StartAccepted, CallbackMismatched});
        row("handed_over start", {HandOver, TurnGranted});
        row("start answered ended callback", {TurnGranted, StartAccepted, Cancel, CallbackCompleted});
        row("ended", {ClientGone});
        row("start ended", {TurnGranted, StoreFailed});
        row("start start", {TurnGranted, StoreRetry, TurnGranted});
        // Events that change nothing produce no journal entry.
        row("", {CallbackCompleted, StartAccepted, JobEvent::StartUnknown, RetryUnknown, DrainExpired});
        row("start", {TurnGranted, TurnGranted, ClientGone, DrainExpired});
    }
    void stories()
    {
        QFETCH(const QList<int>, events);
        QFETCH(const QString, story);
        JobJournal journal;
        JobStatus status;
        status.durable = true;
        for (const int event : events) {
            const JobStep next = step(status, static_cast<JobEvent>(event));
            note(journal, static_cast<JobEvent>(event), next, {});
            status = next.status;
        }
        QCOMPARE(eventsOf(journal).join(u' '), story);
    }

    void factsAreTaken()
    {
        const JournalFacts facts{WallTime(std::chrono::milliseconds(5)), 2, 503, "HTTP 503"};
        const JobJournal journal = journalOf({JobEvent::TurnGranted, JobEvent::StartFailed}, facts);
        const auto &entries = journal.entries();
        QCOMPARE(entries.size(), std::size_t(3));
        QCOMPARE(entries[0], (JournalEntry{facts.at, JournalEvent::Start, 3, {}}));
        QCOMPARE(entries[1], (JournalEntry{facts.at, JournalEvent::Answered, 503, "HTTP 503"}));
        QCOMPARE(entries[2], (JournalEntry{facts.at, JournalEvent::Ended, 0, "upstream_error"}));
        // When a start request is accepted, the journal drops the error of an earlier one.
        const JobJournal accepted = journalOf({JobEvent::TurnGranted, JobEvent::StartAccepted}, facts);
        QVERIFY(accepted.entries()[1].detail.isEmpty());
    }

    /// For every sequence of events, the journal has at most one end, and one entry per start request sent.
    void everySequence()
    {
        constexpr int kLength = 4;
        int seen = 0;
        const std::function<void(JobStatus, const JobJournal &, int, int)> walk =
            [&](JobStatus status, const JobJournal &journal, int starts, int left) {
                const auto count = [&journal](JournalEvent wanted) {
                    const auto &all = journal.entries();
                    return std::count_if(all.begin(), all.end(), [wanted](const JournalEntry &entry) {
                        return entry.event == wanted;
                    });
                };
                QCOMPARE(count(JournalEvent::Start), starts);
                QCOMPARE(count(JournalEvent::Ended), status.state == JobState::Settled ? 1 : 0);
                ++seen;
                for (int i = 0; left > 0 && i < kJobEventCount; ++i) {
                    const auto event = static_cast<JobEvent>(i);
                    const JobStep next = step(status, event);
                    JobJournal longer = journal;
                    note(longer, event, next, {});
                    walk(next.status, longer, starts + (next.actions.testFlag(JobAction::SendStart) ? 1 : 0),
                         left - 1);
                }
            };
        JobStatus status;
        status.durable = true;
        walk(status, {}, 0, kLength);
        QVERIFY(seen > 60'000);
    }
};

HOLDLINE_TEST(TestJobJournal)
#include "tst_jobjournal.moc"
