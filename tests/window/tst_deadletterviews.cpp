// SPDX-License-Identifier: GPL-3.0-or-later
// Tests dead letters and stored results in the window: the table, the view, and the bodies.
#include "monitor/data/deadletterstable.h"
#include "monitor/data/jsonlayout.h"
#include "monitor/tables/deadletterspanel.h"
#include "monitor/window/bodyview.h"
#include "monitor/window/commandclient.h"
#include "monitor/window/deadlettersview.h"
#include "monitor/window/jobdetailpanel.h"
#include "monitor/window/journalbox.h"
#include "monitor/window/resultbox.h"
#include "monitor/window/statetexts.h"
#include "tests/support/fakesource.h"
#include "tests/support/suite.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace holdline;
using namespace holdline::monitor;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using Verb = Command::Verb;

namespace {

const WallTime kStart{std::chrono::seconds(1'700'000'000)};

DeadLetterRow deadLetter(int number)
{
    DeadLetterRow row;
    row.id = "l" + QByteArray::number(number).rightJustified(4, '0');
    row.kind = number % 3 == 0 ? DeadLetter::Kind::Job : DeadLetter::Kind::Callback;
    row.reason = row.kind == DeadLetter::Kind::Job ? Reason::CallbackTimeout : Reason::CallbackUnknown;
    row.at = kStart + std::chrono::seconds(number);
    row.account = number % 2 == 0 ? "acme" : "";
    row.job = row.kind == DeadLetter::Kind::Job ? "job" + QByteArray::number(number) : QByteArray();
    row.bytes = number;
    return row;
}

Update sampled(std::array<std::int64_t, kDeadLetterKinds> deadLetters, std::uint64_t kept, int second)
{
    Update update;
    update.at = kStart + std::chrono::seconds(second);
    update.sample.emplace().at = update.at;
    update.sample->deadLetters = deadLetters;
    update.sample->deadLettersStored = kept;
    return update;
}

/// The view of dead letters with a fake service.
struct World
{
    LiveData data;
    TimeSelection selection;
    FakeSource source;
    CommandClient deadLetters;
    DeadLettersView view{&data, &selection, &deadLetters};

    World()
    {
        deadLetters.setSource(&source);
        view.resize(1100, 500);
        view.setCommands(true);
    }
    void tell(const Update &update)
    {
        data.apply(update);
        data.flush();
    }
    void list(int count, std::uint64_t omitted = 0)
    {
        Reply reply{{}, true, {}};
        reply.deadLetters.emplace();
        for (int i = count; i > 0; --i)
            reply.deadLetters->push_back(deadLetter(i));
        reply.deadLettersOmitted = omitted;
        source.answer(source.sent.size() - 1, reply);
        data.flush();
    }
    BodyView &body() { return *view.findChild<BodyView *>(); }
};

QString visibleTexts(const QWidget &widget)
{
    QStringList texts;
    for (const QLabel *label : widget.findChildren<QLabel *>()) {
        if (label->isVisibleTo(&widget))
            texts << label->text();
    }
    return texts.join(u'\n');
}

}  // namespace

class TestDeadLetterViews : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void jsonIsLaidOutAndNotChanged_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("order and numbers stay")
            << QByteArray(R"({"z":1e400,"a":[ 1, 12345678901234567890123 ]})")
            << QByteArray("{\n  \"z\": 1e400,\n  \"a\": [\n    1,\n    12345678901234567890123\n  ]\n}");
        QTest::newRow("strings stay")
            << QByteArray("[\"a\\\"{,:}\\\\\", \"\"]") << QByteArray("[\n  \"a\\\"{,:}\\\\\",\n  \"\"\n]");
        QTest::newRow("empty ones") << QByteArray(R"({"a":{ },"b":[]})")
                                    << QByteArray("{\n  \"a\": {},\n  \"b\": []\n}");
        QTest::newRow("a word") << QByteArray(" true ") << QByteArray("true");
        QTest::newRow("nothing of the kind") << QByteArray("{\"a\":") << QByteArray();
        QTest::newRow("empty") << QByteArray() << QByteArray();
    }
    void jsonIsLaidOutAndNotChanged()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        const auto laidOut = laidOutJson(text);
        QCOMPARE(laidOut.has_value(), !expected.isEmpty());
        if (laidOut)
            QCOMPARE(*laidOut, expected);
    }

    void deepJsonStaysSmall()
    {
        const QByteArray deep = QByteArray(400, '[') + '1' + QByteArray(400, ']');
        const auto laidOut = laidOutJson(deep);
        QVERIFY(laidOut);
        QVERIFY(laidOut->size() < 50 * deep.size());
        QCOMPARE(QByteArray(*laidOut).replace('\n', "").replace(' ', ""), deep);
    }

    void bytesAreDumped()
    {
        QCOMPARE(hexDump(QByteArray("ABCDEFGHIJKLMNOP\x00z", 18), 100),
                 "000000  41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50  ABCDEFGHIJKLMNOP\n"
                 "000010  00 7a                                            .z\n");
        QCOMPARE(hexDump(QByteArray(1000, 'x'), 32).count('\n'), 2);
    }

    void bodiesAreShownCopiedAndSaved()
    {
        BodyView view(u"Stored result"_s);
        const QByteArray json = R"({"b":1,"a":2})";
        view.setBody(BodyPart::of("application/json", json), u"HTTP 200"_s, u"result-1"_s);
        QCOMPARE(view.text(), u"{\n  \"b\": 1,\n  \"a\": 2\n}"_s);
        QVERIFY(view.head().startsWith(u"HTTP 200 · application/json · "_s));
        const auto buttons = view.findChildren<QPushButton *>();
        QCOMPARE(buttons.size(), 2);
        for (const QPushButton *button : buttons)
            QVERIFY(!button->accessibleName().isEmpty() && button->isEnabled());
        buttons.first()->click();
        QCOMPARE(QGuiApplication::clipboard()->text(), QString::fromUtf8(json));
        QTemporaryDir folder;
        QCOMPARE(view.saveTo(folder.filePath(u"r.json"_s)), QString());
        QFile file(folder.filePath(u"r.json"_s));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), json);
        QVERIFY(!view.saveTo(u"/nowhere/at/all"_s).isEmpty());

        view.setBody(BodyPart::of({}, QByteArray(BodyPart::kMaxBytes + 1, 'x')), {}, u"x"_s);
        QVERIFY(view.head().contains(u"the first"_s));
        view.setBody(BodyPart::of({}, "\xFF\x01"), {}, u"x"_s);
        QVERIFY(view.text().startsWith(u"000000  ff 01"_s));
        view.clear();
        QVERIFY(view.text().isEmpty() && !buttons.first()->isEnabled());
    }

    void tableFollowsTheList()
    {
        LiveData data;
        DeadLettersTable table(data);
        QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QRandomGenerator random(5);
        for (int round = 0; round < 60; ++round) {
            std::vector<DeadLetterRow> deadLetters;
            for (int i = 100; i > 0; --i) {
                if (random.bounded(3) == 0) {
                    deadLetters.push_back(deadLetter(i));
                    deadLetters.back().redriven = random.bounded(3);
                }
            }
            data.setDeadLetters(deadLetters);
            if (random.bounded(5) == 0)
                data.setFrozen(!data.isFrozen());
            data.flush();
            if (data.isFrozen())
                continue;
            QCOMPARE(table.shownCount(), static_cast<int>(deadLetters.size()));
            for (int row = 0; row < table.shownCount(); ++row)
                QCOMPARE(*table.at(row),
                         deadLetters[static_cast<std::size_t>(row)]);  // newest first
        }
        data.setFrozen(false);
        data.setDeadLetters({deadLetter(1), deadLetter(2), deadLetter(3)});
        data.flush();
        const auto query = FilterQuery::parse(u"kind=job reason:timeout"_s, table.fields());
        table.setFilter(std::get<FilterQuery>(query));
        QCOMPARE(table.shownCount(), 1);
        QCOMPARE(table.idAt(0), deadLetter(3).id);
        data.clear();
        QCOMPARE(table.totalCount(), 0);
    }

    void listsWhenSomebodyLooksAndSomethingChanged()
    {
        World world;
        world.tell(sampled({2, 1}, 3, 1));
        QVERIFY(world.source.sent.isEmpty());  // the view is not visible
        world.view.show();
        QCOMPARE(world.source.count(Verb::DeadLetters), 1);
        world.tell(sampled({3, 1}, 4, 2));
        QCOMPARE(world.source.count(Verb::DeadLetters), 1);  // one request at a time
        world.list(3, 7);
        QCOMPARE(world.view.panel().table().shownCount(), 3);
        QVERIFY(visibleTexts(world.view).contains(u"7 older"_s));
        world.tell(sampled({3, 1}, 4, 3));
        QCOMPARE(world.source.count(Verb::DeadLetters), 2);  // the list changed during the first request
        world.list(4);
        for (int second = 4; second < 10; ++second)
            world.tell(sampled({3, 1}, 4, second));
        QCOMPARE(world.source.count(Verb::DeadLetters), 2);
        world.view.setCommands(false);
        world.tell(sampled({0, 0}, 4, 11));
        QCOMPARE(world.source.count(Verb::DeadLetters), 2);
    }

    void aLetterIsShownWithItsBody()
    {
        World world;
        world.view.show();
        world.tell(sampled({2, 1}, 3, 1));
        world.list(3);
        world.view.panel().select(deadLetter(3).id);
        QVERIFY(visibleTexts(world.view).contains(u"callback_timeout"_s));
        QVERIFY(visibleTexts(world.view).contains(u"job3"_s));
        QTRY_COMPARE(world.source.count(Verb::DeadLetter), 1);
        QCOMPARE(world.source.sent.last().target, deadLetter(3).id);
        Reply reply{{}, true, {}};
        reply.deadLetter = deadLetter(3);
        reply.body = BodyPart::of("application/json", R"({"account":"acme"})");
        // A reply for a dead letter that is no longer selected is dropped.
        const qsizetype first = world.source.sent.size() - 1;
        world.view.panel().select(deadLetter(1).id);
        world.source.answer(first, reply);
        QVERIFY(world.body().text().isEmpty());
        world.view.panel().select(deadLetter(3).id);
        QTRY_COMPARE(world.source.sent.last().target, deadLetter(3).id);
        QTRY_VERIFY(world.source.sent.size() - 1 > first);
        world.source.answer(world.source.sent.size() - 1, reply);
        QVERIFY(world.body().text().contains(u"\"account\": \"acme\""_s));
    }

    void deadLettersAreDrivenAndDiscarded()
    {
        World world;
        world.view.show();
        world.tell(sampled({2, 1}, 3, 1));
        world.list(3);
        DeadLettersPanel &panel = world.view.panel();
        panel.select(deadLetter(2).id);
        QSignalSpy told(&world.deadLetters, &CommandClient::succeeded);
        panel.redriveAction()->trigger();
        QCOMPARE(world.source.sent.last().verb, Verb::Redrive);
        QCOMPARE(world.source.sent.last().target, deadLetter(2).id);
        world.source.answer(world.source.sent.size() - 1, true, u"the callback was taken: late"_s);
        QCOMPARE(told.last().first().toString(), u"the callback was taken: late"_s);
        QCOMPARE(world.source.sent.last().verb, Verb::DeadLetters);  // requests the list again at once

        panel.discardAction()->trigger();
        auto *question = world.view.findChild<QMessageBox *>(u"discardQuestion"_s);
        QVERIFY(question);
        QVERIFY(world.source.count(Verb::Discard) == 0);
        for (QAbstractButton *button : question->buttons()) {
            if (question->buttonRole(button) == QMessageBox::DestructiveRole)
                button->click();
        }
        QCOMPARE(world.source.sent.last().verb, Verb::Discard);
        QSignalSpy failed(&world.deadLetters, &CommandClient::failed);
        world.source.answer(world.source.sent.size() - 1, false, u"disk full"_s);
        QVERIFY(failed.last().first().toString().contains(u"disk full"_s));
    }

    void everythingHasANameAndKeys()
    {
        World world;
        DeadLettersPanel &panel = world.view.panel();
        QVERIFY(!panel.view().accessibleName().isEmpty());
        QVERIFY(!panel.redriveAction()->shortcut().isEmpty());
        QVERIFY(!panel.discardAction()->shortcut().isEmpty());
        QVERIFY(panel.actions().contains(panel.redriveAction()));
        world.view.show();
        QVERIFY(visibleTexts(panel).contains(u"There are no dead letters."_s));
        world.view.setCommands(false);
        QVERIFY(!panel.redriveAction()->isEnabled());
    }

    void resultsAreAskedForOnDemand()
    {
        LiveData data;
        FakeSource source;
        CommandClient deadLetters;
        deadLetters.setSource(&source);
        ResultBox box(&deadLetters);
        const auto job = [](const QByteArray &id, bool durable, RowState state) {
            auto row = std::make_shared<JobRow>();
            row->id = id;
            row->durable = durable;
            row->state = state;
            return row;
        };
        box.setJob(job("1", false, RowState::Ended));
        QVERIFY(box.isHidden());
        box.setJob(job("1", true, RowState::Running));
        QVERIFY(box.isHidden());
        box.setJob(job("1", true, RowState::Ended));
        QVERIFY(!box.isHidden());
        QVERIFY(source.sent.isEmpty());
        auto *button = box.findChild<QPushButton *>(u"showResult"_s);
        button->click();
        QCOMPARE(source.sent.size(), 1);
        QCOMPARE(source.sent[0].verb, Verb::Result);
        QCOMPARE(source.sent[0].target, "1");
        Reply reply{{}, true, {}};
        reply.result = StoredResult{"1", 200, BodyPart::of("application/json", "{\"a\":1}")};
        source.answer(0, reply);
        auto *body = box.findChild<BodyView *>();
        QVERIFY(!body->isHidden() && button->isHidden());
        QCOMPARE(body->text(), u"{\n  \"a\": 1\n}"_s);
        box.setJob(job("1", true, RowState::Ended));  // another row of the same job
        QVERIFY(!body->isHidden());
        box.setJob(job("2", true, RowState::Ended));
        QVERIFY(body->isHidden() && !button->isHidden());
        button->click();
        source.answer(1, false, u"its result is older than it may be"_s);
        QVERIFY(visibleTexts(box).contains(u"older than it may be"_s));
        deadLetters.setSource(nullptr);
        button->click();
        QVERIFY(visibleTexts(box).contains(u"no connection"_s));
    }

    void journalsAreAskedForOnDemand()
    {
        FakeSource source;
        CommandClient commands;
        commands.setSource(&source);
        JournalBox box(&commands);
        const auto job = [](const QByteArray &id, bool durable) {
            auto row = std::make_shared<JobRow>();
            row->id = id;
            row->durable = durable;
            row->state = RowState::Running;
            return row;
        };
        box.setJob(job("1", false));
        QVERIFY(box.isHidden());
        box.setJob(job("1", true));
        QVERIFY(!box.isHidden());
        QVERIFY(source.sent.isEmpty());
        auto *button = box.findChild<QPushButton *>(u"showJournal"_s);
        button->click();
        QCOMPARE(source.sent[0].verb, Verb::Journal);
        QCOMPARE(source.sent[0].target, "1");
        Reply reply{{}, true, {}};
        auto &journal = reply.journal.emplace(StoredJournal{"1", {}, 7});
        for (int i = 0; i < 5; ++i)
            journal.entries.push_back({{}, JournalEvent::Start, i + 1, {}});
        journal.entries.push_back({{}, JournalEvent::StartUnknown, 0, "no answer"});
        journal.entries.push_back({{}, JournalEvent::Answered, 503, "HTTP 503"});
        source.answer(0, reply);
        const QString text = visibleTexts(box);
        QVERIFY2(text.contains(u"start, attempt 4\n7 entries left out\n"), qPrintable(text));
        QVERIFY(text.contains(u"start unknown: no answer"));
        QVERIFY(text.contains(u"answered, HTTP 503: HTTP 503"));
        box.setJob(job("1", true));  // another row of the same job
        QVERIFY(visibleTexts(box).contains(u"attempt 4"));
        box.setJob(job("2", true));
        QVERIFY(!visibleTexts(box).contains(u"attempt"));
        // Each click requests the journal anew, because the job may have continued.
        button->click();
        source.answer(1, false, u"its journal has expired"_s);
        QVERIFY(visibleTexts(box).contains(u"No journal: its journal has expired"));
    }

    void questionsEndWithTheirSource()
    {
        FakeSource source;
        CommandClient deadLetters;
        deadLetters.setSource(&source);
        int answers = 0;
        auto context = std::make_unique<QObject>();
        deadLetters.query(Verb::Result, "1", context.get(), [&answers](const Reply &) { ++answers; });
        deadLetters.query(Verb::Result, "2", context.get(), [&answers](const Reply &reply) {
            ++answers;
            QVERIFY(!reply.ok);
        });
        context.reset();
        source.answer(0, true, {});
        QCOMPARE(answers, 0);
        QObject other;
        deadLetters.query(Verb::Result, "3", &other, [&answers](const Reply &reply) {
            ++answers;
            QVERIFY(!reply.ok);
        });
        QCOMPARE(deadLetters.pending(), 2);
        deadLetters.setSource(nullptr);
        QCOMPARE(answers, 1);
        QCOMPARE(deadLetters.pending(), 0);
    }

    void storeTroubleIsABanner()
    {
        LiveData data;
        Update update = sampled({0, 0}, 0, 1);
        update.sample->store = StoreSample{};
        data.apply(update);
        QVERIFY(storeBanner(data).text.isEmpty());
        update = sampled({0, 0}, 0, 2);
        update.sample->store.emplace().available = false;
        update.sample->store->error = "the disk is full";
        data.apply(update);
        QCOMPARE(storeBanner(data).kind, BannerText::Kind::Trouble);
        QVERIFY(storeBanner(data).text.contains(u"The disk is full"_s));
        QVERIFY(storeBanner(data).text.contains(u"503"_s));
    }

    void anOpenCircuitIsABanner()
    {
        LiveData data;
        data.apply(sampled({0, 0}, 0, 1));
        QVERIFY(circuitBanner(data).text.isEmpty());
        int second = 1;
        for (const CircuitState state : {CircuitState::Open, CircuitState::HalfOpen}) {
            Update update = sampled({0, 0}, 0, ++second);
            update.sample->circuit = state;
            data.apply(update);
            QCOMPARE(circuitBanner(data).kind, BannerText::Kind::Warning);
            QVERIFY(circuitBanner(data).text.contains(u"Its starts wait"_s));
        }
        // The banner names the upstream. For several upstreams it names one and says how many others there
        // are.
        Update update = sampled({0, 0}, 0, ++second);
        update.sample->circuit = CircuitState::Open;
        update.sample->circuits = {{"https://a.example", CircuitState::Open}};
        data.apply(update);
        QVERIFY(circuitBanner(data).text.startsWith(u"The circuit breaker of https://a.example is open"_s));
        update = sampled({0, 0}, 0, ++second);
        update.sample->circuit = CircuitState::Open;
        update.sample->circuits = {{"https://a.example", CircuitState::Open},
                                   {"https://b.example", CircuitState::HalfOpen},
                                   {"https://c.example", CircuitState::Open}};
        data.apply(update);
        QVERIFY(circuitBanner(data).text.contains(u"of https://a.example and 2 others is open"_s));
    }
};

HOLDLINE_TEST(TestDeadLetterViews)
#include "tst_deadletterviews.moc"
