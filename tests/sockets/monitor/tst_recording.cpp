// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/client/recordingplayer.h"
#include "monitor/client/streamrecorder.h"
#include "monitor/data/livedata.h"
#include "tests/support/scriptedmonitor.h"
#include "tests/support/suite.h"
#include "tests/unit/monitor/updatestream.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include <random>

using namespace holdline::monitor;
using holdline::WallTime;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using holdline::test::ScriptedMonitor;
using State = SourceStatus::State;

namespace {

/// A client of a service, and a recorder of the client's updates.
struct Place
{
    explicit Place(const StreamRecorder::Limits &limits = {}) : recorder(client, limits)
    {
        if (!service.listen())
            qFatal("cannot listen");
        QObject::connect(&client, &UpdateSource::received, &client, [this] { ++received; });
        client.open(service.path());
    }
    QString file(const QString &name = u"r.ndjson"_s) const { return directory.filePath(name); }

    QTemporaryDir directory;
    ScriptedMonitor service;
    MonitorClient client{MonitorClient::Limits{30s, 5ms, 20ms, 256 * 1024}};
    StreamRecorder recorder;
    int received = 0;
};

QByteArray contentsOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeTo(const QString &path, const QByteArray &contents)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(contents) != contents.size())
        qFatal("cannot write");
}

/// A recording made by the test: a snapshot every ten deltas, and a delta every 100 ms. It also keeps the
/// expected state after each line.
struct Written
{
    explicit Written(unsigned seed, int deltas = 60) : stream(seed)
    {
        bytes = encodeHead({kRecordingVersion, kProtocolVersion, WallTime(5s), "1.2.3"});
        for (int i = 0; i < deltas; ++i) {
            if (i % 10 == 0) {
                for (const Update &update : stream.snapshot(SnapshotReason::Asked))
                    add(update);
                begins.push_back(t);
            }
            t += 100ms;
            add(stream.delta(15));
        }
    }

    void add(const Update &update)
    {
        QByteArray frame = encode(update);
        frame.chop(1);
        bytes += encodeRecorded(t, update, frame);
        truth[t] = stream.jobs;
    }

    /// Returns the jobs that are live at this time of the recording.
    const std::map<QByteArray, JobRow> &at(Milliseconds position) const
    {
        return std::prev(truth.upper_bound(position))->second;
    }

    UpdateStream stream;
    Milliseconds t{};
    QByteArray bytes;
    std::map<Milliseconds, std::map<QByteArray, JobRow>> truth;
    std::vector<Milliseconds> begins;
};

/// A player that feeds a LiveData.
struct Playing
{
    Playing()
    {
        QObject::connect(&player, &UpdateSource::received, &data, &LiveData::apply);
        QObject::connect(&player, &UpdateSource::received, &player, [this] { ++received; });
    }
    State state() const { return player.status().state; }
    bool stands(const std::map<QByteArray, JobRow> &jobs) const
    {
        if (std::size_t(data.jobs().size()) != jobs.size())
            return false;
        return std::all_of(jobs.begin(), jobs.end(), [&](const auto &job) {
            const JobPtr row = data.jobs().value(job.first);
            return row && *row == job.second;
        });
    }

    RecordingPlayer player;
    LiveData data;
    int received = 0;
};

}  // namespace

class TestRecording : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void recordsAndPlays();
    void goesOnAfterTheServiceWasAway();
    void asksForSnapshots();
    void endsWhenItIsLongEnough();
    void cannotBeWritten();
    void diskIsFull();
    void seeks_data();
    void seeks();
    void seekTellsLittle();
    void speed();
    void pauseAndEnd();
    void lastLineCutOff();
    void brokenFiles_data();
    void brokenFiles();
    void brokenFrame();
    void anyFile();
    void otherFileAndNone();
};

void TestRecording::recordsAndPlays()
{
    Place place;
    QTRY_COMPARE(place.client.status().state, State::Loading);
    place.service.sendSnapshot(SnapshotReason::Attached, {"before"});
    QTRY_COMPARE(place.received, 1);
    QSignalSpy changed(&place.recorder, &StreamRecorder::recordingChanged);
    QCOMPARE(place.recorder.start(place.file()), QString());
    QVERIFY(place.recorder.isRecording());
    QTRY_COMPARE(place.service.commands.size(), std::size_t(1));
    QCOMPARE(place.service.commands[0].verb, Command::Verb::Snapshot);
    place.service.send(ScriptedMonitor::delta({"too early"}));
    place.service.sendSnapshot(SnapshotReason::Asked, {"a", "b"});
    place.service.send(ScriptedMonitor::delta({"c"}));
    QTRY_COMPARE(place.received, 4);
    place.recorder.stop();
    place.service.send(ScriptedMonitor::delta({"too late"}));
    QTRY_COMPARE(place.received, 5);
    QCOMPARE(changed.count(), 2);
    QVERIFY(!place.recorder.isRecording() && place.recorder.error().isEmpty());
    QCOMPARE(contentsOf(place.file()).count('\n'), 3);
    QCOMPARE(place.recorder.bytes(), std::int64_t{contentsOf(place.file()).size()});

    Playing playing;
    QSignalSpy opened(&playing.player, &RecordingPlayer::opened);
    playing.player.open(place.file());
    QCOMPARE(playing.state(), State::Loading);
    QTRY_COMPARE(opened.count(), 1);
    QCOMPARE(playing.state(), State::Recording);
    QCOMPARE(playing.player.status().serviceVersion, "1.2.3");
    QCOMPARE(playing.player.status().where, place.file());
    QVERIFY(playing.player.startedAt() > WallTime(1s));
    QVERIFY(playing.player.send(Command::Verb::Drain).isEmpty());
    playing.player.play();
    QTRY_VERIFY(!playing.player.isPlaying());
    QCOMPARE(playing.received, 2);
    QCOMPARE(playing.data.jobs().size(), 3);
    QCOMPARE(playing.player.position(), playing.player.duration());
}

void TestRecording::goesOnAfterTheServiceWasAway()
{
    Place place;
    place.recorder.start(place.file());
    QTRY_COMPARE(place.client.status().state, State::Loading);
    place.service.sendSnapshot(SnapshotReason::Attached, {"a"});
    QTRY_COMPARE(place.received, 1);
    place.service.die();
    QVERIFY(place.service.listen());
    QTRY_COMPARE(place.service.connections, 2);
    QTRY_COMPARE(place.client.status().state, State::Loading);
    place.service.sendSnapshot(SnapshotReason::Attached, {"b"});
    QTRY_COMPARE(place.received, 2);
    place.recorder.stop();
    Playing playing;
    playing.player.open(place.file());
    QTRY_COMPARE(playing.state(), State::Recording);
    playing.player.seek(1h);
    QTRY_VERIFY(playing.data.find("b") && !playing.data.find("a"));
}

void TestRecording::asksForSnapshots()
{
    Place place({1 << 20, 10ms});
    QTRY_COMPARE(place.client.status().state, State::Loading);
    place.recorder.start(place.file());
    QTRY_VERIFY(place.service.commands.size() >= 3);
    place.recorder.stop();
}

void TestRecording::endsWhenItIsLongEnough()
{
    Place place({2000, 1h});
    QTRY_COMPARE(place.client.status().state, State::Loading);
    QSignalSpy failed(&place.recorder, &StreamRecorder::failed);
    place.recorder.start(place.file());
    place.service.sendSnapshot(SnapshotReason::Attached, {"a"});
    for (int i = 0; i < 20; ++i)
        place.service.send(ScriptedMonitor::delta({QByteArray::number(i)}));
    QTRY_COMPARE(failed.count(), 1);
    QVERIFY(!place.recorder.isRecording());
    QVERIFY2(place.recorder.error().contains(u"its limit of"), qPrintable(place.recorder.error()));
    QVERIFY(contentsOf(place.file()).size() <= 2000);
    QVERIFY(contentsOf(place.file()).endsWith("}\n"));
    Playing playing;
    playing.player.open(place.file());
    QTRY_COMPARE(playing.state(), State::Recording);
    // Another recording may begin afterwards.
    QCOMPARE(place.recorder.start(place.file(u"s"_s)), QString());
    QVERIFY(place.recorder.error().isEmpty());
}

void TestRecording::cannotBeWritten()
{
    Place place;
    const QString error = place.recorder.start(place.file(u"no/such/place"_s));
    QVERIFY2(error.contains(u"no/such/place"), qPrintable(error));
    QVERIFY(!place.recorder.isRecording());
}

void TestRecording::diskIsFull()
{
    if (!QFile::exists(u"/dev/full"_s))
        QSKIP("there is no /dev/full");
    Place place;
    const QString error = place.recorder.start(u"/dev/full"_s);
    QVERIFY2(error.contains(u"/dev/full"), qPrintable(error));
    QVERIFY(!place.recorder.isRecording());
}

void TestRecording::seeks_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 6; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

/// After any seek, the state equals that of the recording at this time.
void TestRecording::seeks()
{
    QFETCH(const unsigned, seed);
    Written written(seed);
    QTemporaryDir directory;
    const QString path = directory.filePath(u"r"_s);
    writeTo(path, written.bytes);
    Playing playing;
    playing.player.open(path);
    QTRY_COMPARE(playing.state(), State::Recording);
    QCOMPARE(playing.player.duration(), written.t);
    QTRY_VERIFY(playing.received > 0 && playing.stands(written.at(0ms)));
    for (int i = 0; i < 40; ++i) {
        const auto somewhere = [&] { return Milliseconds(written.stream.pick(int(written.t.count()) + 1)); };
        if (i % 3 == 0)
            playing.player.seek(somewhere());  // seeks elsewhere before the first seek has ended
        const Milliseconds position = somewhere();
        playing.player.seek(position);
        QCOMPARE(playing.player.position(), position);
        QTRY_VERIFY(playing.stands(written.at(position)));
    }
    playing.player.seek(-5s);
    QCOMPARE(playing.player.position(), 0ms);
    playing.player.seek(1h);
    QCOMPARE(playing.player.position(), written.t);
    QTRY_VERIFY(playing.stands(written.at(written.t)));
}

/// A long seek begins at the last snapshot before the target and does not replay the whole recording.
void TestRecording::seekTellsLittle()
{
    Written written(3, 200);
    QTemporaryDir directory;
    const QString path = directory.filePath(u"r"_s);
    writeTo(path, written.bytes);
    Playing playing;
    playing.player.open(path);
    QTRY_COMPARE(playing.state(), State::Recording);
    QTRY_VERIFY(playing.received > 0 && playing.stands(written.at(0ms)));
    playing.received = 0;
    playing.player.seek(19'500ms);
    QTRY_VERIFY(playing.stands(written.at(19'500ms)));
    QVERIFY2(playing.received <= 5 + 10 + 10, qPrintable(QString::number(playing.received)));
    // A short seek forward continues from the current position.
    playing.received = 0;
    playing.player.seek(19'700ms);
    QTRY_VERIFY(playing.stands(written.at(19'700ms)));
    QCOMPARE(playing.received, 2);
}

void TestRecording::speed()
{
    Written written(4, 30);  // three seconds
    QTemporaryDir directory;
    const QString path = directory.filePath(u"r"_s);
    writeTo(path, written.bytes);
    Playing playing;
    QSignalSpy speeds(&playing.player, &RecordingPlayer::speedChanged);
    playing.player.setSpeed(1000);
    QCOMPARE(playing.player.speed(), 100.0);
    playing.player.setSpeed(0);
    QCOMPARE(playing.player.speed(), 0.1);
    playing.player.setSpeed(5);
    playing.player.setSpeed(5);
    QCOMPARE(speeds.count(), 3);
    playing.player.open(path);
    QTRY_COMPARE(playing.state(), State::Recording);
    QElapsedTimer clock;
    clock.start();
    playing.player.play();
    QTRY_VERIFY(!playing.player.isPlaying());
    QVERIFY2(clock.elapsed() >= 590, "three seconds at five times the speed");
    QVERIFY(playing.stands(written.at(written.t)));
}

void TestRecording::pauseAndEnd()
{
    Written written(5, 30);
    QTemporaryDir directory;
    const QString path = directory.filePath(u"r"_s);
    writeTo(path, written.bytes);
    Playing playing;
    QSignalSpy changed(&playing.player, &RecordingPlayer::playingChanged);
    QSignalSpy moved(&playing.player, &RecordingPlayer::positionChanged);
    playing.player.play();
    QVERIFY2(!playing.player.isPlaying(), "nothing is open");
    playing.player.open(path);
    QTRY_COMPARE(playing.state(), State::Recording);
    playing.player.play();
    QTRY_VERIFY(playing.player.position() > 200ms);
    playing.player.pause();
    const Milliseconds at = playing.player.position();
    QVERIFY(at < written.t);
    QCOMPARE(changed.count(), 2);
    QVERIFY(moved.count() > 0);
    QElapsedTimer clock;
    clock.start();
    QTRY_VERIFY(clock.elapsed() > 50);
    QCOMPARE(playing.player.position(), at);
    // When play() is called at the end, playing starts from the beginning.
    playing.player.seek(written.t);
    QTRY_VERIFY(playing.stands(written.at(written.t)));
    playing.player.setSpeed(0.1);
    playing.player.play();
    QTRY_VERIFY(playing.stands(written.at(0ms)));
    QVERIFY(playing.player.isPlaying());
    playing.player.close();
    QVERIFY(!playing.player.isPlaying());
    QCOMPARE(playing.state(), State::Disconnected);
    QCOMPARE(playing.player.duration(), 0ms);
}

void TestRecording::lastLineCutOff()
{
    const Written written(6, 25);
    QTemporaryDir directory;
    const QString path = directory.filePath(u"r"_s);
    const qsizetype lastLine = written.bytes.lastIndexOf('\n', written.bytes.size() - 2) + 1;
    for (qsizetype size = lastLine + 1; size < written.bytes.size() - 2; size += 97) {
        writeTo(path, written.bytes.first(size));
        Playing playing;
        playing.player.open(path);
        QTRY_VERIFY(playing.state() != State::Loading);
        QVERIFY2(playing.state() == State::Recording, qPrintable(playing.player.status().error));
        QCOMPARE(playing.player.duration(), written.t - 100ms);
        playing.player.seek(written.t);
        QTRY_VERIFY(playing.stands(written.at(written.t - 100ms)));
    }
}

void TestRecording::brokenFiles_data()
{
    QTest::addColumn<QByteArray>("contents");
    QTest::addColumn<QString>("text");
    const QByteArray head = encodeHead({kRecordingVersion, kProtocolVersion, WallTime(5s), "1"});
    const Update update = ScriptedMonitor::snapshotPart(1, true, SnapshotReason::Asked);
    QByteArray frame = encode(update);
    frame.chop(1);
    const QByteArray good = encodeRecorded(7ms, update, frame);
    const auto row = [](const char *name, const QByteArray &contents, const char *text) {
        QTest::newRow(name) << contents << QString::fromUtf8(text);
    };
    row("empty", "", "empty");
    row("text", "hello\n", "Line 1: This is not a recording");
    row("image", QByteArray("\x89PNG\r\n\x1a\n", 8), "Line 1: This is not a recording");
    row("other JSON", "{\"type\":\"hello\"}\n", "Line 1: This is not a recording");
    row("head alone", head, "before its first snapshot");
    row("later version", encodeHead({9, kProtocolVersion, {}, {}}), "version 9");
    row("other protocol", encodeHead({kRecordingVersion, 8, {}, {}}), "protocol 8");
    row("not JSON", head + good + "{\"t\":8,\n" + good, "Line 3: Not JSON");
    row("no time", head + "{\"frame\":{}}\n", "Line 2: The member \"t\"");
    row("bad time", head + "{\"t\":-1,\"frame\":{}}\n", "Line 2: The member \"t\"");
    row("no frame", head + "{\"t\":1}\n", "Line 2: The member \"frame\"");
    row("bad frame", head + "{\"t\":1,\"frame\":[]}\n", "Line 2: The member \"frame\"");
    row("bad mark", head + "{\"t\":1,\"snapshot\":\"x\",\"frame\":{}}\n", "Line 2: The member \"snapshot\"");
    row("empty line", head + good + "\n" + good, "Line 3: Not JSON");
    row("time goes back", head + good + "{\"t\":6,\"frame\":{}}\n", "Line 3: The time");
    row("no snapshot", head + "{\"t\":1,\"frame\":{}}\n", "before its first snapshot");
    row("long line", head + "{\"t\":1,\"frame\":{\"x\":\"" + QByteArray(kMaxRecordedLine, 'x') + "\"}}\n",
        "Line 2: The line is too long");
}

void TestRecording::brokenFiles()
{
    QFETCH(const QByteArray, contents);
    QFETCH(const QString, text);
    QTemporaryDir directory;
    const QString path = directory.filePath(u"r"_s);
    writeTo(path, contents);
    Playing playing;
    QSignalSpy opened(&playing.player, &RecordingPlayer::opened);
    playing.player.open(path);
    QTRY_COMPARE(playing.state(), State::Disconnected);
    const QString error = playing.player.status().error;
    QVERIFY2(error.contains(text) && error.contains(path), qPrintable(error));
    QCOMPARE(opened.count(), 0);
    playing.player.play();
    playing.player.seek(5s);
    QVERIFY(!playing.player.isPlaying());
}

/// A fault in the file that is noticed only while playing.
void TestRecording::brokenFrame()
{
    Written written(7, 25);
    written.bytes +=
        "{\"t\":" + QByteArray::number(qint64{written.t.count()}) + ",\"frame\":{\"type\":\"delta\"}}\n";
    const auto line = written.bytes.count('\n');
    QTemporaryDir directory;
    const QString path = directory.filePath(u"r"_s);
    writeTo(path, written.bytes);
    Playing playing;
    playing.player.open(path);
    QTRY_COMPARE(playing.state(), State::Recording);
    playing.player.seek(written.t - 1ms);
    QTRY_VERIFY(playing.stands(written.at(written.t - 1ms)));
    playing.player.seek(written.t);
    QTRY_COMPARE(playing.state(), State::Disconnected);
    const QString error = playing.player.status().error;
    QVERIFY2(error.contains(u"line %1:"_s.arg(line)), qPrintable(error));
}

/// A damaged file is either played, or an error names the damaged line.
void TestRecording::anyFile()
{
    Written written(10, 15);
    std::mt19937 random(1);
    QTemporaryDir directory;
    const QString path = directory.filePath(u"r"_s);
    int refused = 0;
    for (int i = 0; i < 150; ++i) {
        QByteArray bytes = written.bytes;
        for (auto left = 1 + random() % 3; left > 0; --left) {
            const auto at = qsizetype(random() % std::size_t(bytes.size()));
            if (random() % 3 == 0)
                bytes.remove(at, qsizetype(random() % 50));
            else
                bytes[at] = char(random());
        }
        writeTo(path, bytes);
        Playing playing;
        playing.player.open(path);
        QTRY_VERIFY(playing.state() != State::Loading);
        if (playing.state() == State::Recording)
            playing.player.seek(playing.player.duration());
        QTRY_VERIFY(playing.state() == State::Disconnected ||
                    (playing.received > 0 && playing.player.position() == playing.player.duration()));
        const QString error = playing.player.status().error;
        refused += error.isEmpty() ? 0 : 1;
        QVERIFY2(error.isEmpty() || error.contains(u"line "_s, Qt::CaseInsensitive) ||
                     error.contains(u"first snapshot"),
                 qPrintable(error));
    }
    QVERIFY(refused > 10);
}

void TestRecording::otherFileAndNone()
{
    QTemporaryDir directory;
    const Written one(8, 5);
    const Written other(9, 15);
    writeTo(directory.filePath(u"1"_s), one.bytes);
    writeTo(directory.filePath(u"2"_s), other.bytes);
    Playing playing;
    playing.player.open(directory.filePath(u"1"_s));
    playing.player.open(directory.filePath(u"2"_s));
    QTRY_COMPARE(playing.state(), State::Recording);
    QCOMPARE(playing.player.duration(), other.t);
    playing.player.open(directory.filePath(u"3"_s));
    QCOMPARE(playing.state(), State::Disconnected);
    QVERIFY2(playing.player.status().error.contains(u"Cannot read"),
             qPrintable(playing.player.status().error));
}

HOLDLINE_TEST(TestRecording)
#include "tst_recording.moc"
