// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/banner.h"
#include "monitor/window/commandclient.h"
#include "monitor/window/monitoroptions.h"
#include "monitor/window/overviewfigures.h"
#include "monitor/window/reasontexts.h"
#include "monitor/window/statetexts.h"
#include "monitor/window/tilelayout.h"
#include "monitor/window/viewnames.h"
#include "tests/support/fakesource.h"
#include "tests/support/suite.h"

#include <QLabel>
#include <QSignalSpy>
#include <QTest>

#include <numeric>

using namespace holdline;
using namespace holdline::monitor;
using namespace holdline::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const WallTime kBegin{std::chrono::seconds(1'700'000'000)};

/// Makes one sample per second. The counters grow by the given numbers.
class Samples
{
public:
    Samples &add(std::uint64_t completed, std::uint64_t failed, std::uint64_t gone = 0)
    {
        m_sample.at = kBegin + m_number++ * 1s;
        m_sample.requests[static_cast<std::size_t>(Reason::Completed)] += completed;
        m_sample.requests[static_cast<std::size_t>(Reason::UpstreamError)] += failed;
        m_sample.requests[static_cast<std::size_t>(Reason::ClientGone)] += gone;
        m_sample.starts[static_cast<std::size_t>(StartFate::Accepted)] += completed + failed;
        m_sample.callbacks[static_cast<std::size_t>(CallbackOutcome::Matched)] += completed;
        m_sample.cpu += 250ms;
        history.append(m_sample);
        return *this;
    }
    void restart() { m_sample = {}; }

    SampleHistory history;

private:
    Sample m_sample;
    int m_number = 0;
};

Options optionsOf(const QStringList &arguments)
{
    const auto parsed = parseCommandLine(QStringList{u"holdline-monitor"_s} + arguments);
    if (const auto *exit = std::get_if<Exit>(&parsed)) {
        qWarning("%s", qPrintable(exit->text));
        return {};
    }
    return std::get<Options>(parsed);
}

Exit exitOf(const QStringList &arguments)
{
    const auto parsed = parseCommandLine(QStringList{u"holdline-monitor"_s} + arguments);
    const auto *exit = std::get_if<Exit>(&parsed);
    return exit ? *exit : Exit{kExitFailed, u"it was taken"_s};
}

}  // namespace

/// Tests the parts of the window that need no service.
class TestMonitorParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void figuresAreOfTheLastSeconds();
    void figuresAreOfTheRange();
    void figuresSurviveARestartOfTheService();
    void whatIsNotKnownIsEmpty();
    void errorsAreAnswersWithAnErrorStatus();
    void tilesFillTheirRows();
    void oneCommandIsToldInTheServicesWords();
    void manyCommandsAreToldAsOne();
    void aCommandThatCannotBeSentHasFailed();
    void aForgottenSourceFailsWhatIsPending();
    void theCommandLineIsRead();
    void theCommandLineIsRefused_data();
    void theCommandLineIsRefused();
    void bannersSayHowThingsStand();
    void everyReasonIsExplained();
};

void TestMonitorParts::figuresAreOfTheLastSeconds()
{
    Samples samples;
    for (int i = 0; i < 30; ++i)
        samples.add(i < 15 ? 1000 : 8, i < 15 ? 0 : 2);
    const OverviewFigures figures = figuresOf(samples.history);
    QCOMPARE(figures.span, Milliseconds(10s));
    QCOMPARE(figures.startsPerSecond, 10.0);
    QCOMPARE(figures.answersPerSecond, 10.0);
    QCOMPARE(figures.errorShare, 0.2);
    QCOMPARE(figures.errorCount(), 20U);
    QCOMPARE(std::accumulate(figures.callbacks.begin(), figures.callbacks.end(), std::uint64_t{}), 80U);
    QCOMPARE(figures.cpu, 0.25);
}

void TestMonitorParts::figuresAreOfTheRange()
{
    Samples samples;
    for (int i = 0; i < 30; ++i)
        samples.add(static_cast<std::uint64_t>(i), 0);
    // The range contains the samples 6 and 7.
    const OverviewFigures figures = figuresOf(samples.history, TimeRange{kBegin + 5s, kBegin + 7s});
    QCOMPARE(figures.answerCount(), 6U + 7U);
    QCOMPARE(figures.span, Milliseconds(2s));
    QCOMPARE(figuresOf(samples.history, TimeRange{kBegin + 60s, kBegin + 70s}).answerCount(), 0U);
    // The first sample has no previous sample to compare with, so its jobs do not count.
    QCOMPARE(figuresOf(samples.history, TimeRange{kBegin - 10s, kBegin + 1s}).answerCount(), 1U);
}

void TestMonitorParts::figuresSurviveARestartOfTheService()
{
    Samples samples;
    samples.add(1'000'000, 0).add(0, 0);
    samples.restart();
    samples.add(3, 0);
    QCOMPARE(figuresOf(samples.history).answerCount(), 3U);
    QCOMPARE(*figuresOf(samples.history).cpu, 0.25);
}

void TestMonitorParts::whatIsNotKnownIsEmpty()
{
    Samples samples;
    QVERIFY(!figuresOf(samples.history).startsPerSecond);
    samples.add(5, 5);
    QVERIFY(!figuresOf(samples.history).startsPerSecond);
    QVERIFY(!figuresOf(samples.history).errorShare);
    samples.add(0, 0);
    QCOMPARE(figuresOf(samples.history).startsPerSecond, 0.0);
    QVERIFY(!figuresOf(samples.history).errorShare);
}

void TestMonitorParts::errorsAreAnswersWithAnErrorStatus()
{
    QVERIFY(!isError(Reason::Completed));
    QVERIFY(!isError(Reason::JobFailed));
    QVERIFY(!isError(Reason::PassedThrough));
    QVERIFY(!isError(Reason::ClientGone));
    QVERIFY(isError(Reason::StartRejected));
    QVERIFY(isError(Reason::CallbackTimeout));
    QVERIFY(isError(Reason::LaneFull));
}

void TestMonitorParts::tilesFillTheirRows()
{
    QWidget field;
    auto *layout = new TileLayout(&field);
    QList<QWidget *> tiles;
    for (int i = 0; i < 10; ++i) {
        tiles.append(new QWidget(&field));
        tiles.last()->setMinimumSize(100, 50);
        layout->addWidget(tiles.last());
    }
    // Seven columns fit, but two rows of five look better and need the same height.
    QCOMPARE(layout->columnsFor(760), 5);
    QCOMPARE(layout->columnsFor(2000), 10);
    QCOMPARE(layout->columnsFor(10), 1);
    QCOMPARE(layout->columnsFor(450), 4);
    QVERIFY(layout->heightForWidth(450) > layout->heightForWidth(760));
    layout->setGeometry(QRect(0, 0, 763, 400));
    QCOMPARE(tiles[4]->geometry().right(), tiles[9]->geometry().right());
    QCOMPARE(tiles[4]->geometry().right(), 763 - layout->contentsMargins().right() - 1);
    QVERIFY(tiles[5]->y() > tiles[0]->geometry().bottom());
    // The contents of the tiles do not change the tiles' places.
    const QRect before = tiles[7]->geometry();
    new QLabel(u"a text that is much wider than the tile it is in ever could be"_s, tiles[2]);
    layout->setGeometry(QRect(0, 0, 763, 400));
    QCOMPARE(tiles[7]->geometry(), before);
}

void TestMonitorParts::oneCommandIsToldInTheServicesWords()
{
    FakeSource source;
    CommandClient commands;
    commands.setSource(&source);
    QSignalSpy succeeded(&commands, &CommandClient::succeeded);
    QSignalSpy failed(&commands, &CommandClient::failed);
    commands.pauseLane("acme");
    QCOMPARE(source.sent.last(), (Command{"0", Command::Verb::PauseLane, "acme"}));
    source.answer(0, true, u"lane acme is paused"_s);
    QCOMPARE(succeeded.takeFirst().first().toString(), u"lane acme is paused"_s);
    commands.cancel({"a"});
    source.answer(1, false, u"no such job"_s);
    QCOMPARE(failed.takeFirst().first().toString(), u"The job was not cancelled: no such job"_s);
    // A second reply to the same command is ignored.
    source.answer(1, false, u"no such job"_s);
    QVERIFY(failed.isEmpty());
    QCOMPARE(commands.pending(), 0);
}

void TestMonitorParts::manyCommandsAreToldAsOne()
{
    FakeSource source;
    CommandClient commands;
    commands.setSource(&source);
    QSignalSpy succeeded(&commands, &CommandClient::succeeded);
    QSignalSpy failed(&commands, &CommandClient::failed);
    commands.cancel({"a", "b", "c"});
    source.answer(2, true, {});
    source.answer(0, true, {});
    QVERIFY(succeeded.isEmpty());
    source.answer(1, true, {});
    QCOMPARE(succeeded.takeFirst().first().toString(), u"3 jobs cancelled"_s);
    commands.cancel({"a", "b", "c"});
    source.answer(3, true, {});
    source.answer(4, false, u"it has ended"_s);
    source.answer(5, true, {});
    QCOMPARE(failed.takeFirst().first().toString(), u"1 of 3 jobs were not cancelled: it has ended"_s);
    QVERIFY(succeeded.isEmpty());
}

void TestMonitorParts::aCommandThatCannotBeSentHasFailed()
{
    FakeSource source;
    source.isThere = false;
    CommandClient commands;
    QSignalSpy failed(&commands, &CommandClient::failed);
    commands.drain();
    QCOMPARE(failed.size(), 1);
    commands.setSource(&source);
    commands.drain();
    QCOMPARE(failed.size(), 2);
    QCOMPARE(commands.pending(), 0);
}

void TestMonitorParts::aForgottenSourceFailsWhatIsPending()
{
    FakeSource source;
    CommandClient commands;
    QSignalSpy failed(&commands, &CommandClient::failed);
    commands.setSource(&source);
    commands.cancel({"a", "b"});
    source.answer(0, true, {});
    commands.setSource(nullptr);
    QCOMPARE(failed.size(), 1);
    source.answer(1, true, {});
    QCOMPARE(failed.size(), 1);
}

void TestMonitorParts::theCommandLineIsRead()
{
    QCOMPARE(optionsOf({u"--connect"_s, u"/tmp/a.sock"_s}).socket, u"/tmp/a.sock"_s);
    const Options playing = optionsOf({u"--open"_s, u"a.ndjson"_s});
    QCOMPARE(playing.recording, u"a.ndjson"_s);
    QCOMPARE(playing.socket, QString());
    const Options picture = optionsOf({u"--picture"_s, u"a.png"_s, u"--picture-after"_s, u"1.5s"_s,
                                       u"--picture-view"_s, u"latency"_s, u"-platform"_s, u"offscreen"_s});
    QCOMPARE(picture.picture, u"a.png"_s);
    QCOMPARE(picture.pictureAfter, 1500ms);
    QCOMPARE(picture.pictureView, u"latency"_s);
    QCOMPARE(optionsOf({}).colours, Colours::Desktop);
    QCOMPARE(optionsOf({u"--palette=desktop"_s}).colours, Colours::Desktop);
    QCOMPARE(optionsOf({u"--palette=dark"_s}).colours, Colours::Dark);
    QCOMPARE(optionsOf({u"--palette"_s, u"light"_s}).colours, Colours::Light);
    QCOMPARE(exitOf({u"--help"_s}).code, int(kExitOk));
    QVERIFY(exitOf({u"--help"_s}).text.startsWith(u"Usage: holdline-monitor "_s));
    QCOMPARE(exitOf({u"-v"_s}).text, u"holdline-monitor " HOLDLINE_VERSION "\n"_s);

    qputenv("HOLDLINE_MONITOR_SOCKET", "/tmp/told.sock");
    QCOMPARE(optionsOf({}).socket, u"/tmp/told.sock"_s);
    qunsetenv("HOLDLINE_MONITOR_SOCKET");
}

void TestMonitorParts::theCommandLineIsRefused_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("unknown") << QStringList{u"--what"_s};
    QTest::newRow("positional") << QStringList{u"a.ndjson"_s};
    QTest::newRow("no value") << QStringList{u"--connect"_s};
    QTest::newRow("empty path") << QStringList{u"--connect="_s};
    QTest::newRow("two sources") << QStringList{u"--connect=a"_s, u"--open=b"_s};
    QTest::newRow("time without picture") << QStringList{u"--picture-after=1s"_s};
    QTest::newRow("bad time") << QStringList{u"--picture=a"_s, u"--picture-after=soon"_s};
    QTest::newRow("long time") << QStringList{u"--picture=a"_s, u"--picture-after=2h"_s};
    QTest::newRow("bad colours") << QStringList{u"--palette=pink"_s};
    QTest::newRow("no colours") << QStringList{u"--palette="_s};
    QTest::newRow("bad view") << QStringList{u"--picture=a"_s, u"--picture-view=moon"_s};
}

void TestMonitorParts::theCommandLineIsRefused()
{
    QFETCH(QStringList, arguments);
    const Exit exit = exitOf(arguments);
    QCOMPARE(exit.code, int(kExitUsage));
    QVERIFY(!exit.text.isEmpty());
}

void TestMonitorParts::bannersSayHowThingsStand()
{
    using State = SourceStatus::State;
    const QDateTime now = QDateTime::currentDateTime();
    SourceStatus status;
    status.state = State::Live;
    QCOMPARE(connectionBanner(status, kBegin, now), BannerText{});
    status.state = State::Disconnected;
    status.error = u"Nobody listens."_s;
    status.nextTry = now.addMSecs(2400);
    const BannerText lost = connectionBanner(status, kBegin, now);
    QCOMPARE(lost.kind, BannerText::Kind::Trouble);
    QVERIFY(lost.text.contains(u"Nobody listens."_s));
    QVERIFY(lost.text.contains(u"Next try in 3 s."_s));
    QVERIFY(!lost.action.isEmpty());
    QVERIFY(connectionBanner(status, kBegin, now.addSecs(5)).text.contains(u"Trying now."_s));
    status.nextTry.reset();
    QVERIFY(connectionBanner(status, kBegin, now).action.isEmpty());
    for (const State state : {State::Connecting, State::Loading, State::Live, State::Lagging,
                              State::Disconnected, State::VersionMismatch, State::Recording}) {
        status.state = state;
        QVERIFY(!shortStateText(status).text.isEmpty());
        QVERIFY(!shortStateText(status).icon.isEmpty());
        QVERIFY(!startHint(status, now).title.isEmpty());
    }
    QVERIFY(startHint({}, now).command.contains(u"--monitor-socket"_s));
    QCOMPARE(lagBanner(0), BannerText{});
    QVERIFY(lagBanner(2).text.contains(u"2"_s));
}

void TestMonitorParts::everyReasonIsExplained()
{
    QSet<QString> seen;
    for (int i = 0; i < kReasonCount; ++i) {
        const QString text = explain(static_cast<Reason>(i));
        QVERIFY2(text.endsWith(u'.') || text.endsWith(u'?'), qPrintable(text));
        seen.insert(text);
    }
    QCOMPARE(seen.size(), kReasonCount);
    for (int i = 0; i < kRowStateCount; ++i)
        QVERIFY(!explain(static_cast<RowState>(i)).isEmpty());
    for (int i = 1; i < kCallbackOutcomeCount; ++i)
        QVERIFY(!explain(static_cast<CallbackOutcome>(i)).isEmpty());
}

HOLDLINE_TEST(TestMonitorParts)

#include "tst_monitorparts.moc"
