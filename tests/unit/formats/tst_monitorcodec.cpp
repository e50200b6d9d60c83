// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/bodytext.h"
#include "core/json/jsontext.h"
#include "core/monitormessages/monitorcodec.h"
#include "tests/support/randommonitor.h"
#include "tests/support/suite.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace holdline;
using namespace holdline::monitor;
using namespace Qt::StringLiterals;

namespace {

template <typename Value>
Value decoded(const QByteArray &line)
{
    const auto result = decode(line);
    if (const auto *error = std::get_if<QString>(&result)) {
        QTest::qFail(qPrintable(*error + u" in "_s + QString::fromUtf8(line)), __FILE__, __LINE__);
        return {};
    }
    const Message &message = std::get<Message>(result);
    if (!std::holds_alternative<Value>(message)) {
        QTest::qFail("another type of message", __FILE__, __LINE__);
        return {};
    }
    return std::get<Value>(message);
}

QString errorOf(const QByteArray &line)
{
    const auto result = decode(line);
    const auto *error = std::get_if<QString>(&result);
    return error ? *error : QString();
}

/// Returns an update with a value in every member.
Update fullUpdate(Update::Kind kind)
{
    JobRow job;
    job.id = "1";
    job.account = "a";
    job.created = WallTime(Milliseconds(1'700'000'000'001));
    job.deadline = WallTime(Milliseconds(1'700'000'030'001));
    job.order = -1;
    job.queue = Microseconds(0);
    job.start = Microseconds(1);
    job.job = Microseconds(2);
    job.total = Microseconds(3);
    job.attempts = 4;
    job.passThrough = true;
    job.outcome = Reason::Completed;
    job.status = 200;
    job.upstreamId = "up \"1\"";
    job.client = "127.0.0.1:5";
    job.requestId = "request";
    job.detail = "HTTP 503 \xE2\x80\xA6";
    job.route = "route";
    job.progress = "step";
    job.progressReports = 5;
    job.durable = job.handedOver = job.recovered = true;
    job.joined = 6;
    job.waiting = 7;
    const LaneRow lane{"a", 1, 2, Microseconds(3), Microseconds(4), true};
    const CallbackRow callback{
        WallTime(Milliseconds(1'700'000'000'002)), CallbackOutcome::Late, "1", "up", "127.0.0.1:5", 6};

    Sample sample;
    sample.at = WallTime(Milliseconds(1'700'000'000'003));
    sample.span = Microseconds(1'000'000);
    for (std::size_t i = 0; i < sample.requests.size(); ++i)
        sample.requests[i] = i;
    for (std::size_t i = 1; i < sample.callbacks.size(); ++i)
        sample.callbacks[i] = i;
    sample.starts = {0, 1, 2};
    sample.retries = 1;
    sample.held = 2;
    sample.heldPeak = 3;
    sample.queued = 4;
    sample.lanes = 5;
    sample.startsInFlight = 6;
    sample.clientConnections = 7;
    sample.upstreamConnections = 8;
    sample.circuit = CircuitState::HalfOpen;
    sample.draining = true;
    sample.cpu = Microseconds(9);
    sample.rssBytes = 10;
    sample.observers = 11;
    sample.durable = 12;
    sample.waiting = 13;
    sample.joined = 14;
    sample.recovered = 15;
    sample.deadLettersStored = 16;
    sample.deadLetters = {17, 18};
    const HistogramSlice slice({{1, 2}, {3, 4}}, Microseconds(14), Microseconds(3));
    sample.store = StoreSample{false, true, "full", 1, 2, 3, 4, 5, slice};
    sample.phases = {slice, slice, {}, slice};

    Update update;
    update.seq = 1;
    update.kind = kind;
    update.part = kind == Update::Kind::Snapshot ? 1 : 0;
    update.at = WallTime(Milliseconds(1'700'000'000'004));
    update.service = ServiceFacts{
        "0.1.0", "6.4.2", 1, job.created, "127.0.0.1:3738", "http://u", "http://c/", Milliseconds(2), {},
        3,       4,       5};
    update.sample = sample;
    update.jobs = {job, {}};
    update.ended = {job};
    update.ended.front().state = RowState::Ended;
    update.gone = {"2", "3"};
    update.lanes = {lane, {}};
    update.lanesGone = {"b"};
    update.callbacks = {callback, {{}, CallbackOutcome::Matched, {}, {}, {}, 0}};
    update.endedOmitted = 1;
    update.callbacksOmitted = 2;
    return update;
}

Reply fullReply()
{
    DeadLetterRow letter;
    letter.id = "1";
    letter.at = WallTime(Milliseconds(1'700'000'000'005));
    letter.job = "2";
    letter.account = "a";
    letter.client = "127.0.0.1:5";
    letter.detail = "detail";
    letter.bytes = 3;
    letter.cut = true;
    letter.redriven = 4;
    Reply reply{"1", true, u"“x”"_s};
    reply.result = StoredResult{"1", 200, BodyPart::of("text/plain", "x")};
    reply.journal = StoredJournal{"1", {{letter.at, JournalEvent::Retry, 503, "HTTP 503"}}, 2};
    reply.deadLetters = {letter, {}};
    reply.deadLettersOmitted = 1;
    reply.deadLetter = letter;
    reply.body = BodyPart::of("x", "\xFF");
    return reply;
}

}  // namespace

class TestMonitorCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void examples()
    {
        QCOMPARE(encode(Hello{1, "0.1.0", 42}),
                 "{\"type\":\"hello\",\"protocol\":1,\"program\":\"holdline\",\"version\":\"0.1.0\",\"pid\":"
                 "42}\n");
        QCOMPARE(encode(Reply{"7", false, u"no such job"_s}),
                 "{\"type\":\"reply\",\"id\":\"7\",\"ok\":false,\"text\":\"no such job\"}\n");
        QCOMPARE(encode(Command{"7", Command::Verb::Cancel, "abc"}),
                 "{\"command\":\"cancel\",\"id\":\"7\",\"job\":\"abc\"}\n");
        QCOMPARE(encode(Command{{}, Command::Verb::PauseLane, "acme"}),
                 "{\"command\":\"pause_lane\",\"account\":\"acme\"}\n");

        Update update;
        update.seq = 3;
        update.at = WallTime(Milliseconds(1'700'000'000'123));
        JobRow row;
        row.id = "4499a6e0";
        row.account = "acme";
        row.created = WallTime(Milliseconds(1'700'000'000'000));
        row.deadline = WallTime(Milliseconds(1'700'000'030'000));
        row.queue = Microseconds(0);
        update.jobs = {row};
        QCOMPARE(
            encode(update),
            "{\"seq\":3,\"type\":\"delta\",\"at\":1700000000123,\"jobs\":[{\"id\":\"4499a6e0\",\"state\":"
            "\"queued\","
            "\"account\":\"acme\",\"created\":1700000000000,\"deadline\":1700000030000,\"queue_us\":0}]}\n");
    }

    /// The first version of the protocol wrote these lines. Later versions must write the same bytes.
    void bytesStayAsTheyAre()
    {
        QFile file(QStringLiteral(HOLDLINE_TEST_DATA "/monitor-messages.ndjson"));
        QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.errorString()));
        Update defaults;
        defaults.service.emplace();
        defaults.sample.emplace();
        Reply noDeadLetters{{}, false, {}};
        noDeadLetters.deadLetters.emplace();
        std::vector<QByteArray> lines{encode(Hello{1, "0.1.0", 42}),
                                      encode(fullUpdate(Update::Kind::Snapshot)),
                                      encode(fullUpdate(Update::Kind::Delta)),
                                      encode(Update{}),
                                      encode(defaults),
                                      encode(fullReply()),
                                      encode(noDeadLetters)};
        for (int i = 0; i < Command::kVerbs; ++i)
            lines.push_back(encode(Command{"7", static_cast<Command::Verb>(i), "a"}));
        for (const QByteArray &row : {encodeRow(JobRow{}), encodeRow(LaneRow{}), encodeRow(CallbackRow{}),
                                      encodeRow(DeadLetterRow{})})
            lines.push_back(row + '\n');
        for (const QByteArray &line : lines)
            QCOMPARE(line, file.readLine());
        QVERIFY(file.atEnd());
        const auto snapshot = fullUpdate(Update::Kind::Snapshot);
        QVERIFY(decoded<Update>(lines[1]).sample == snapshot.sample);
        QVERIFY(decoded<Update>(lines[1]).ended == snapshot.ended);
        QVERIFY(decoded<Reply>(lines[5]) == fullReply());
    }

    void roundTrips()
    {
        QRandomGenerator random(20261121);
        for (int i = 0; i < 500; ++i) {
            const Update update = random::update(random, random.bounded(30));
            const QByteArray line = encode(update);
            QVERIFY(line.endsWith('\n'));
            QCOMPARE(line.count('\n'), 1);
            QVERIFY(std::holds_alternative<JsonType>(scanJson(QByteArrayView(line).chopped(1))));
            QCOMPARE(numbered(update.seq) + encodeUnnumbered(update), line);
            QVERIFY(decoded<Update>(line) == update);
        }
        for (int i = 0; i < Command::kVerbs; ++i) {
            const auto verb = static_cast<Command::Verb>(i);
            const bool hasTarget = !targetName(verb).isEmpty();
            const Command command{"7", verb, hasTarget ? QByteArray("a \"b\"") : QByteArray()};
            const auto result = decodeCommand(encode(command));
            QVERIFY(std::holds_alternative<Command>(result));
            QVERIFY(std::get<Command>(result) == command);
            using Verb = Command::Verb;
            QCOMPARE(hasLargeAnswer(verb),
                     verb == Verb::Result || verb == Verb::DeadLetters || verb == Verb::DeadLetter);
        }
        const Reply reply{"9", true, u"“done” – 5 held"_s};
        QVERIFY(decoded<Reply>(encode(reply)) == reply);
        for (int i = 0; i < 500; ++i) {
            const Reply any = random::reply(random);
            QVERIFY(decoded<Reply>(encode(any)) == any);
        }
        QCOMPARE(decoded<Hello>(encode(Hello{2, "9", 1})).protocol, 2);
    }

    /// Bodies and dead letters of the greatest length, with the longest escapes, still fit into a frame.
    void largestReplies()
    {
        const QByteArray quotes(2 * BodyPart::kMaxBytes, '"');
        const QByteArray nonsense(2 * BodyPart::kMaxBytes, '\xFF');
        for (const QByteArray &bytes : {quotes, nonsense}) {
            Reply reply{"1", true, u"x"_s};
            reply.result = StoredResult{"j", 200, BodyPart::of(rowText(bytes), bytes)};
            QVERIFY(reply.result->body.isCut());
            QCOMPARE(reply.result->body.size, bytes.size());
            const QByteArray line = encode(reply);
            QVERIFY(line.size() <= kMaxFrameBytes);
            QVERIFY(decoded<Reply>(line) == reply);
        }
        QRandomGenerator random(2);
        Reply reply{"1", true, u"x"_s};
        for (std::size_t i = 0; i < kMaxDeadLetters; ++i) {
            DeadLetterRow row = random::deadLetterRow(random);
            row.job = row.account = row.client = row.detail = rowText(QByteArray(1000, '"'));
            reply.deadLetters ? reply.deadLetters->push_back(row)
                              : reply.deadLetters.emplace().push_back(row);
        }
        QVERIFY(encode(reply).size() <= kMaxFrameBytes);
    }

    void textsAreCutBetweenCharacters()
    {
        QByteArray body = "x";
        while (body.size() < 2 * BodyPart::kMaxBytes)
            body.append("\xF0\x9F\x90\xA2");
        const BodyPart part = BodyPart::of("text/plain", body);
        QCOMPARE(part.bytes.size() % 4, 1);
        QVERIFY(part.bytes.size() > BodyPart::kMaxBytes - 4 && part.bytes.size() <= BodyPart::kMaxBytes);
        QVERIFY(isShowable(part.bytes));
        QVERIFY(!isShowable("a\x01"));
        QVERIFY(!isShowable("\xC3"));
        QVERIFY(isShowable("a\tb\r\n\xC3\xA9"));
        QVERIFY(isShowable({}));
    }

    /// The greatest number of rows, each with the longest escapes, still fits into a frame.
    void largestFrame()
    {
        const QByteArray awkward = rowText(QByteArray(1000, '"'));
        QVERIFY(awkward.size() <= kMaxTextBytes);
        QRandomGenerator random(1);
        Update update;
        update.at = random::time(random);
        for (std::size_t i = 0; i < kMaxRowsPerUpdate; ++i) {
            JobRow row = random::jobRow(random);
            row.state = RowState::Unconfirmed;
            row.created = row.deadline = WallTime(Milliseconds(253'402'300'799'999));
            row.order = -1'000'000'000'000;
            row.queue = row.start = row.job = row.total = Microseconds(1'000'000'000'000);
            row.outcome = Reason::DeadlineUnreachable;
            row.id = row.account = row.upstreamId = row.client = row.requestId = row.detail = awkward;
            update.ended.push_back(row);
        }
        QVERIFY(encode(update).size() <= kMaxFrameBytes);
    }

    void rowTexts_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("plain") << QByteArray("acme") << QByteArray("acme");
        QTest::newRow("empty") << QByteArray() << QByteArray();
        QTest::newRow("quotes stay") << QByteArray("a\"\\b") << QByteArray("a\"\\b");
        QTest::newRow("characters") << QByteArray("\xC3\xA9\xE6\x97\xA5")
                                    << QByteArray("\xC3\xA9\xE6\x97\xA5");
        QTest::newRow("control") << QByteArray("a\nb\x1b[0m")
                                 << QByteArray(
                                        "a\xEF\xBF\xBD"
                                        "b\xEF\xBF\xBD[0m");
        QTest::newRow("C1 control") << QByteArray(
                                           "a\xC2\x9B"
                                           "b")
                                    << QByteArray(
                                           "a\xEF\xBF\xBD"
                                           "b");
        QTest::newRow("not UTF-8") << QByteArray(
                                          "a\xFF"
                                          "b")
                                   << QByteArray(
                                          "a\xEF\xBF\xBD"
                                          "b");
        QTest::newRow("just fits") << QByteArray(256, 'x') << QByteArray(256, 'x');
        QTest::newRow("too long") << QByteArray(257, 'x') << QByteArray(253, 'x') + "\xE2\x80\xA6";
        QTest::newRow("cut before a character") << QByteArray(252, 'x') + "\xC3\xA9" + QByteArray(10, 'y')
                                                << QByteArray(252, 'x') + "\xE2\x80\xA6";
        QTest::newRow("cut behind a character") << QByteArray(251, 'x') + "\xC3\xA9" + QByteArray(10, 'y')
                                                << QByteArray(251, 'x') + "\xC3\xA9" + "\xE2\x80\xA6";
    }
    void rowTexts()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, expected);
        QCOMPARE(rowText(text), expected);
    }

    /// Tries each byte at each position of a text. The text is long enough for every branch of the scanner.
    void everyByteEverywhere()
    {
        for (int byte = 0; byte < 256; ++byte) {
            for (qsizetype size = 1; size <= 18; ++size) {
                for (qsizetype at = 0; at < size; ++at) {
                    QByteArray text(size, 'a');
                    text[at] = static_cast<char>(byte);
                    CallbackRow row;
                    row.outcome = CallbackOutcome::Matched;
                    row.client = rowText(text);
                    const QByteArray json = encodeRow(row);
                    QVERIFY2(std::holds_alternative<JsonType>(scanJson(json)), json.constData());
                    const QJsonObject object = QJsonDocument::fromJson(json).object();
                    QCOMPARE(object["client"_L1].toString().toUtf8(), row.client);
                    const bool isClean = byte >= 0x20 && byte < 0x7F;
                    QCOMPARE(row.client == text, isClean);
                }
            }
        }
    }

    void rowTextsOfAnything()
    {
        QRandomGenerator random(7);
        for (int i = 0; i < 2000; ++i) {
            QByteArray text(random.bounded(600), Qt::Uninitialized);
            for (char &c : text)
                c = static_cast<char>(random.bounded(4) == 0 ? random.bounded(256)
                                                             : 'a' + random.bounded(26));
            const QByteArray cut = rowText(text);
            QVERIFY(cut.size() <= kMaxTextBytes);
            QCOMPARE(QString::fromUtf8(cut).toUtf8(), cut);
            QCOMPARE(rowText(cut), cut);
            QVERIFY(std::holds_alternative<JsonType>(scanJson(quoteJson(cut))));
        }
    }

    /// Gives each member of each object a value of a wrong type, and removes it. Decoding returns an error or
    /// uses a default.
    void wrongTypes()
    {
        QRandomGenerator random(3);
        Update whole;
        do
            whole = random::update(random, 40);
        while (!whole.sample || !whole.service || whole.kind != Update::Kind::Snapshot ||
               whole.jobs.empty() || whole.ended.empty() || whole.lanes.empty() || whole.callbacks.empty() ||
               whole.gone.empty());
        const QJsonObject object = QJsonDocument::fromJson(encode(whole)).object();
        int tried = 0;
        const auto mutate = [&](auto &&self, const QJsonObject &at,
                                const std::function<QJsonObject(const QJsonObject &)> &rebuild) -> void {
            for (auto it = at.begin(); it != at.end(); ++it) {
                const QJsonValue wrong = it->isObject()   ? QJsonValue(1)
                                         : it->isArray()  ? QJsonValue(u"x"_s)
                                         : it->isBool()   ? QJsonValue(u"true"_s)
                                         : it->isDouble() ? QJsonValue(u"12"_s)
                                                          : QJsonValue(QJsonArray());
                QJsonObject changed = at;
                changed[it.key()] = wrong;
                const QString error = errorOf(QJsonDocument(rebuild(changed)).toJson(QJsonDocument::Compact));
                QVERIFY2(!error.isEmpty(), qPrintable(it.key()));
                changed = at;
                changed.remove(it.key());
                errorOf(QJsonDocument(rebuild(changed)).toJson(QJsonDocument::Compact));
                ++tried;
                const QString key = it.key();
                if (it->isObject() && key != u"phases"_s)
                    self(self, it->toObject(), [&, key](const QJsonObject &inner) {
                        QJsonObject outer = at;
                        outer[key] = inner;
                        return rebuild(outer);
                    });
                if (it->isArray() && it->toArray().first().isObject())
                    self(self, it->toArray().first().toObject(), [&, key](const QJsonObject &inner) {
                        QJsonObject outer = at;
                        outer[key] = QJsonArray{inner};
                        return rebuild(outer);
                    });
            }
        };
        mutate(mutate, object, [](const QJsonObject &changed) { return changed; });
        QVERIFY(tried > 100);
    }

    void wrongMessages_data()
    {
        QTest::addColumn<QByteArray>("line");
        const auto row = [](const char *line) { QTest::newRow(line) << QByteArray(line); };
        row("");
        row("\n");
        row("null");
        row("[]");
        row("{}");
        row("{\"type\":\"other\"}");
        row("{\"type\":\"hello\"}");
        row("{\"type\":\"reply\",\"ok\":true,\"result\":{}}");
        row("{\"type\":\"reply\",\"ok\":true,\"body\":{\"size\":1,\"base64\":\"*\"}}");
        row("{\"type\":\"reply\",\"ok\":true,\"body\":{\"size\":1,\"base64\":\"YQ==\",\"text\":\"a\"}}");
        row("{\"type\":\"reply\",\"ok\":true,\"letters\":[{\"id\":\"a\",\"kind\":\"other\"}]}");
        row("{\"type\":\"hello\",\"protocol\":1.5}");
        row("{\"type\":\"hello\",\"protocol\":-1}garbage");
        row("{\"type\":\"hello\",\"protocol\":99999999999}");
        row("{\"type\":\"delta\",\"at\":1}");
        row("{\"seq\":1,\"type\":\"delta\"}");
        row("{\"seq\":-1,\"type\":\"delta\",\"at\":1}");
        row("{\"seq\":1e400,\"type\":\"delta\",\"at\":1}");
        row("{\"seq\":1,\"type\":\"delta\",\"at\":-1}");
        row("{\"seq\":1,\"type\":\"delta\",\"at\":9e15}");
        row("{\"seq\":1,\"type\":\"delta\",\"at\":1,\"jobs\":[1]}");
        row("{\"seq\":1,\"type\":\"delta\",\"at\":1,\"jobs\":[{\"id\":\"a\",\"state\":\"new\",\"created\":1}]"
            "}");
        row("{\"seq\":1,\"type\":\"delta\",\"at\":1,\"gone\":[1]}");
        row("{\"seq\":1,\"type\":\"snapshot\",\"at\":1}");
        row("{\"seq\":1,\"type\":\"delta\",\"at\":1,\"sample\":{\"at\":1,\"requests\":{\"surprise\":1}}}");
        row("{\"seq\":1,\"type\":\"delta\",\"at\":1,\"sample\":{\"at\":1,\"phases\":{\"job\":1}}}");
        row("{\"seq\":1,\"type\":\"delta\",\"at\":1,\"sample\":{\"at\":1,\"phases\":{\"job\":{\"buckets\":[1]"
            "}}}}");
        row("{\"seq\":1,\"type\":\"delta\",\"at\":1,\"sample\":{\"at\":1,\"phases\":{\"job\":{\"buckets\":[2,"
            "1,1,1]}}}}");
        row("{\"seq\":1,\"type\":\"delta\",\"at\":1,\"sample\":{\"at\":1,\"phases\":{\"job\":{\"buckets\":[2,"
            "0]}}}}");
        row("{\"seq\":1,\"type\":\"delta\",\"at\":1,\"sample\":{\"at\":1,\"phases\":{\"job\":{\"buckets\":["
            "4294967296,1]}}}}");
    }
    void wrongMessages()
    {
        QFETCH(QByteArray, line);
        QVERIFY(!errorOf(line).isEmpty());
    }

    void unknownMembersAreIgnored()
    {
        QCOMPARE(decoded<Hello>("{\"type\":\"hello\",\"protocol\":1,\"colour\":{\"a\":[1]}}").protocol, 1);
    }

    void commands_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<bool>("good");
        const auto row = [](const char *line, bool good) { QTest::newRow(line) << QByteArray(line) << good; };
        row("{\"command\":\"snapshot\"}", true);
        row("{\"command\":\"snapshot\"}\n", true);
        row("{\"command\":\"drain\",\"id\":5}", true);
        row("{\"command\":\"cancel\",\"job\":\"a\",\"id\":\"x\"}", true);
        row("{\"command\":\"pause_lane\",\"account\":\"\\u00e9\"}", true);
        row("{\"command\":\"result\",\"job\":\"a\"}", true);
        row("{\"command\":\"journal\",\"job\":\"a\"}", true);
        row("{\"command\":\"journal\"}", false);
        row("{\"command\":\"dead_letters\"}", true);
        row("{\"command\":\"redrive\",\"letter\":\"a\"}", true);
        row("{\"command\":\"discard\",\"job\":\"a\"}", false);
        row("{\"command\":\"dead_letter\"}", false);
        row("{\"command\":\"cancel\"}", false);
        row("{\"command\":\"cancel\",\"job\":\"\"}", false);
        row("{\"command\":\"cancel\",\"job\":5}", false);
        row("{\"command\":\"resume_lane\",\"job\":\"a\"}", false);
        row("{\"command\":\"restart\"}", false);
        row("{\"command\":5}", false);
        row("{\"id\":\"x\"}", false);
        row("{\"command\":\"drain\",\"id\":[]}", false);
        row("{\"command\":\"drain\",\"id\":"
            "\"01234567890123456789012345678901234567890123456789012345678901234\"}",
            false);
        row("drain", false);
        row("", false);
    }
    void commands()
    {
        QFETCH(QByteArray, line);
        QFETCH(bool, good);
        const auto result = decodeCommand(line);
        QCOMPARE(std::holds_alternative<Command>(result), good);
        if (!good)
            QVERIFY(!std::get<QString>(result).isEmpty());
    }

    /// Decoding a cut or changed line returns an error or a message, and never crashes.
    void mutatedLines()
    {
        QRandomGenerator random(11);
        for (int i = 0; i < 300; ++i) {
            QByteArray line = encode(random::update(random, 5));
            for (int change = 1 + random.bounded(4); change > 0; --change)
                line[random.bounded(line.size())] = static_cast<char>(random.bounded(256));
            line.truncate(random.bounded(line.size() + 1));
            const auto result = decode(line);
            Q_UNUSED(result)
            const auto command = decodeCommand(line);
            Q_UNUSED(command)
        }
    }
};

HOLDLINE_TEST(TestMonitorCodec)
#include "tst_monitorcodec.moc"
