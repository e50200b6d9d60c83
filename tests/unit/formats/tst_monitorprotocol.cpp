// SPDX-License-Identifier: GPL-3.0-or-later
// resources/docs/monitor-protocol.md must be true: every member and word of the messages is explained there,
// and its examples are messages.
#include "core/monitormessages/monitorcodec.h"
#include "tests/support/suite.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace holdline;
using namespace holdline::monitor;
using namespace Qt::StringLiterals;

namespace {

/// With something in every member.
Update fullUpdate(Update::Kind kind)
{
    JobRow job;
    job.id = "1";
    job.account = "a";
    job.order = 1;
    job.queue = job.start = job.job = job.total = Microseconds(1);
    job.attempts = 1;
    job.passThrough = true;
    job.outcome = Reason::Completed;
    job.status = 200;
    job.upstreamId = job.client = job.requestId = job.detail = "x";
    job.durable = job.handedOver = job.recovered = true;
    job.joined = job.waiting = 1;
    LaneRow lane{"a", 1, 1, Microseconds(1), Microseconds(1), true};
    CallbackRow callback{{}, CallbackOutcome::Late, "1", "x", "x", 1};

    Sample sample;
    sample.retries = 1;
    sample.draining = true;
    sample.durable = sample.waiting = 1;
    sample.joined = sample.recovered = sample.deadLettersStored = 1;
    sample.letters = {1, 1};
    sample.store = StoreSample{
        false, true, "x", 1, 1, 1, 1, 1, HistogramSlice({{1, 1}}, Microseconds(1), Microseconds(1))};
    for (HistogramSlice &phase : sample.phases)
        phase = HistogramSlice({{1, 1}}, Microseconds(1), Microseconds(1));

    Update update;
    update.seq = 1;
    update.kind = kind;
    update.part = kind == Update::Kind::Snapshot ? 1 : 0;
    update.service.emplace().qt = "6";
    update.sample = sample;
    update.jobs = {job};
    update.ended = {job};
    update.ended.front().state = RowState::Ended;
    update.gone = {"2"};
    update.lanes = {lane};
    update.lanesGone = {"b"};
    update.callbacks = {callback};
    update.endedOmitted = 1;
    update.callbacksOmitted = 1;
    return update;
}

Reply fullReply()
{
    DeadLetterRow letter;
    letter.id = "1";
    letter.job = letter.account = letter.client = letter.detail = "x";
    letter.bytes = letter.redriven = 1;
    letter.cut = true;
    Reply reply{"1", true, u"x"_s};
    reply.result = StoredResult{"1", 200, BodyPart::of("text/plain", "x")};
    reply.letters = {letter};
    reply.deadLettersOmitted = 1;
    reply.letter = letter;
    reply.body = BodyPart::of("x", "\xFF");
    return reply;
}

void addMembers(const QJsonValue &value, QSet<QString> &names)
{
    if (value.isArray()) {
        for (const QJsonValue &one : value.toArray())
            addMembers(one, names);
        return;
    }
    const QJsonObject object = value.toObject();
    for (auto it = object.begin(); it != object.end(); ++it) {
        names.insert(it.key());
        addMembers(it.value(), names);
    }
}

template <typename Word>
QSet<QString> words(Word last)
{
    QSet<QString> all;
    for (int i = 0; i <= static_cast<int>(last); ++i)
        all.insert(name(static_cast<Word>(i)));
    all.remove(QString());
    return all;
}

}  // namespace

class TestMonitorProtocol : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QFile file(QStringLiteral(HOLDLINE_SOURCE_DIR "/resources/docs/monitor-protocol.md"));
        QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.errorString()));
        m_text = QString::fromUtf8(file.readAll());
    }

    void everyMemberIsExplained()
    {
        QSet<QString> names;
        const std::vector<QByteArray> lines{encode(Hello{}),
                                            encode(fullUpdate(Update::Kind::Snapshot)),
                                            encode(fullUpdate(Update::Kind::Delta)),
                                            encode(Command{"1", Command::Verb::Cancel, "x"}),
                                            encode(Command{"1", Command::Verb::PauseLane, "x"}),
                                            encode(Command{"1", Command::Verb::Discard, "x"}),
                                            encode(fullReply())};
        for (const QByteArray &line : lines)
            addMembers(QJsonDocument::fromJson(line).object(), names);
        QVERIFY(names.size() > 50);
        // Those of a hello and of a reply stand in their examples.
        for (const QString &name : std::as_const(names))
            QVERIFY2(m_text.contains(u"`%1`"_s.arg(name)) || m_text.contains(u"\"%1\":"_s.arg(name)),
                     qPrintable(name));
    }

    void everyWordIsExplained()
    {
        const QSet<QString> all = words(RowState::Ended) + words(CircuitState::HalfOpen) +
                                  words(Phase::Total) + words(SnapshotReason::Asked) +
                                  words(Command::Verb::Discard) + words(DeadLetter::Kind::Job) +
                                  words(CallbackOutcome::Malformed) + words(StartFate::Unknown);
        for (const QString &one : all)
            QVERIFY2(m_text.contains(u"`%1`"_s.arg(one)), qPrintable(one));
    }

    void examplesAreMessages()
    {
        // Those that are not shortened.
        static const QRegularExpression example(u"^\\{\"(?:type|seq|command)\":.*\\}$"_s,
                                                QRegularExpression::MultilineOption);
        int count = 0;
        for (auto it = example.globalMatch(m_text); it.hasNext();) {
            const QByteArray line = it.next().captured().toUtf8();
            if (line.contains("\xE2\x80\xA6"))
                continue;
            ++count;
            const QString error =
                line.startsWith("{\"command\"") ? errorOf(decodeCommand(line)) : errorOf(decode(line));
            QVERIFY2(error.isEmpty(), qPrintable(error + u": "_s + QString::fromUtf8(line)));
        }
        QVERIFY(count >= 6);
    }

    void limitsAreTrue()
    {
        QVERIFY(m_text.contains(u"An update has %1 rows at most"_s.arg(kMaxRowsPerUpdate)));
        QVERIFY(m_text.contains(u"`protocol` is %1."_s.arg(kProtocolVersion)));
        QVERIFY(m_text.contains(u"cut to %1 bytes"_s.arg(kMaxTextBytes)));
        QVERIFY(m_text.contains(u"at most %1 MiB long"_s.arg(kMaxFrameBytes / 1024 / 1024)));
        QVERIFY(m_text.contains(u"the first %1 KiB are sent"_s.arg(BodyPart::kMaxBytes / 1024)));
        QVERIFY(m_text.contains(u"the newest %1 dead letters"_s.arg(kMaxDeadLetters)));
        QVERIFY(m_text.contains(u"shorter than %1 KiB"_s.arg(kMaxCommandBytes / 1024)));
    }

private:
    template <typename Decoded>
    static QString errorOf(const Decoded &decoded)
    {
        const auto *error = std::get_if<QString>(&decoded);
        return error ? *error : QString();
    }

    QString m_text;
};

HOLDLINE_TEST(TestMonitorProtocol)
#include "tst_monitorprotocol.moc"
