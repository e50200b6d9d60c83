// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/suite.h"
#include "tests/window/monitorfixture.h"

#include "monitor/charts/palettes.h"
#include "monitor/tables/deadletterspanel.h"
#include "monitor/tables/jobspanel.h"
#include "monitor/window/banner.h"
#include "monitor/window/bodyview.h"
#include "monitor/window/deadlettersview.h"
#include "monitor/window/draindialog.h"
#include "monitor/window/resultbox.h"
#include "monitor/window/shortcutsheet.h"
#include "monitor/window/workspace.h"
#include "tests/support/asking.h"

#include <QApplication>
#include <QDir>
#include <QLabel>
#include <QPushButton>
#include <QSet>

using namespace holdline;
using namespace holdline::monitor;
using namespace holdline::test;

namespace {

constexpr QSize kSize(1440, 900);

/// Returns options for a job server with jobs of many durations and with faults.
JobServerOptions lively()
{
    JobServerOptions options = WholeService::quickJobs();
    options.duration = 900ms;
    options.durationsOf = {{"quick", 120ms}, {"batch", 3500ms}};
    options.startLatency = 12ms;
    options.faults[Fault::Start503] = 3;
    options.faults[Fault::Duplicate] = 5;
    options.faults[Fault::NoCallback] = 1.5;
    options.faults[Fault::Failed] = 2;
    return options;
}

}  // namespace

/// Writes pictures of the window with real data into the build folder, for people. The test checks only that
/// they are not empty.
class TestMonitorPictures : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_world = std::make_unique<MonitorWorld>(); }
    void cleanup() { m_world.reset(); }

    void emptyStates();
    void underLoad();
    void durableJobs();

private:
    void take(QWidget &widget, const QString &name);
    void takeBoth(MainWindow &window, const QString &name);

    std::unique_ptr<MonitorWorld> m_world;
};

void TestMonitorPictures::take(QWidget &widget, const QString &name)
{
    const QDir folder(QStringLiteral(HOLDLINE_PICTURES));
    QVERIFY(folder.mkpath(u"."_s));
    const QImage picture = widget.grab().toImage();
    QVERIFY(picture.save(folder.filePath(name + u".png"_s)));
    QSet<QRgb> colours;
    for (int y = 0; y < picture.height(); y += 3) {
        for (int x = 0; x < picture.width(); x += 3)
            colours.insert(picture.pixel(x, y));
    }
    QVERIFY2(colours.size() > 20, qPrintable(name));
}

void TestMonitorPictures::takeBoth(MainWindow &window, const QString &name)
{
    // Widgets receive the change of palette in the next turn of the event loop.
    QApplication::setPalette(darkPalette());
    QTRY_COMPARE(window.palette().color(QPalette::Window), darkPalette().color(QPalette::Window));
    take(window, u"window-"_s + name + u"-dark"_s);
    QApplication::setPalette(lightPalette());
    QTRY_COMPARE(window.palette().color(QPalette::Window), lightPalette().color(QPalette::Window));
    take(window, u"window-"_s + name);
}

void TestMonitorPictures::emptyStates()
{
    QApplication::setPalette(lightPalette());
    MainWindow &nowhere = m_world->open(QString());
    nowhere.resize(kSize);
    takeBoth(nowhere, u"nowhere"_s);
    MainWindow &window = m_world->open();
    window.resize(kSize);
    QTRY_COMPARE(window.source().source()->status().state, SourceStatus::State::Disconnected);
    takeBoth(window, u"noservice"_s);
    m_world->start();
    QTRY_VERIFY(window.data().samples().samples().size() >= 2);
    takeBoth(window, u"empty"_s);
    ShortcutSheet sheet(&window);
    sheet.setAttribute(Qt::WA_DeleteOnClose, false);
    sheet.show();
    take(sheet, u"shortcuts"_s);
}

void TestMonitorPictures::underLoad()
{
    QApplication::setPalette(lightPalette());
    Config config = WholeService::quietConfig();
    config.hold.deadline = 10s;
    m_world->start(lively(), config);
    MainWindow &window = m_world->open();
    window.resize(kSize);
    LoadOptions steady;
    steady.url = m_world->service().startUrl();
    steady.account = "shop";
    steady.accounts = 6;
    steady.jobs = 900;
    steady.concurrency = 300;
    steady.rate = 45;
    steady.timeout = 60s;
    LoadGenerator shop(steady);
    steady.account = "quick";
    steady.accounts = 1;
    steady.rate = 15;
    steady.jobs = 300;
    LoadGenerator quick(steady);
    shop.start();
    quick.start();
    QTRY_VERIFY_WITH_TIMEOUT(window.data().samples().samples().size() >= 10, 30'000);
    m_world->load(50, "batch");
    m_world->load(30, "batch");
    QTRY_VERIFY_WITH_TIMEOUT(window.data().samples().samples().size() >= 13, 30'000);

    auto &jobs = *window.findChild<JobsPanel *>();
    jobs.select(jobs.table().idAt(jobs.table().rowCount() / 2));
    for (const View view : {View::Jobs, View::Lanes, View::Latency, View::Callbacks, View::History}) {
        window.workspace().bring(view);
        takeBoth(window, name(view));
    }
    const auto &history = window.data().history();
    const auto failed = std::find_if(history.begin(), history.end(),
                                     [](const JobPtr &job) { return job->outcome != Reason::Completed; });
    if (failed != history.end())
        window.selectJob((*failed)->id);
    window.workspace().bring(View::Jobs);
    takeBoth(window, u"detail"_s);
    window.selection().setRange(TimeRange{window.data().now() - 8s, window.data().now() - 3s});
    takeBoth(window, u"range"_s);
    window.selection().clear();
    window.data().setFrozen(true);
    QTRY_VERIFY(window.data().hiddenChanges() > 20);
    window.actions().drain->trigger();
    auto *question = window.findChild<DrainDialog *>();
    QVERIFY(question);
    take(*question, u"window-drainquestion"_s);
    question->reject();
    const auto *frozen = window.findChild<Banner *>(u"banner.frozen"_s);
    QTRY_VERIFY(!frozen->shown().text.contains(u" 0 "_s));
    takeBoth(window, u"frozen"_s);
    window.data().setFrozen(false);
    window.resize(1000, 700);
    takeBoth(window, u"small"_s);
    window.resize(kSize);
    window.commands().drain();
    QTRY_VERIFY(window.data().samples().samples().back().draining);
    takeBoth(window, u"draining"_s);
    m_world->stop();
    QTRY_COMPARE(window.source().source()->status().state, SourceStatus::State::Disconnected);
    takeBoth(window, u"disconnected"_s);
}

void TestMonitorPictures::durableJobs()
{
    QApplication::setPalette(lightPalette());
    JobServerOptions jobs = lively();
    jobs.durationsOf = {{"slow", 60s}};
    jobs.faults[Fault::NoCallback] = 25;
    jobs.faults[Fault::Start503] = 0;
    Config config = WholeService::quietConfig();
    config.hold.jobDeadline = 4s;
    WholeService &service = m_world->start(jobs, config);
    MainWindow &window = m_world->open();
    window.resize(kSize);
    QTRY_VERIFY(window.data().service().has_value());
    const auto handOver = [&service](const QByteArray &account) {
        const RawAnswer answer = ask(service.port(), startRequest(account, "Prefer: respond-async\r\n"));
        QCOMPARE(answer.status, 202);
    };
    for (int i = 0; i < 24; ++i)
        handOver(i % 3 == 0 ? "acme" : i % 3 == 1 ? "shop" : "batch");
    for (int i = 0; i < 4; ++i)
        ask(service.port(), RawHttpClient::post("/callback/nobody-knows-" + QByteArray::number(i), result()));
    ask(service.port(), RawHttpClient::post("/callback/strange", QByteArray("\x01\xFF binary", 9)));
    const auto failedOnes = [&window] {
        const auto &samples = window.data().samples().samples();
        return samples.empty() ? 0 : samples.back().deadLetters[1];
    };
    QTRY_VERIFY_WITH_TIMEOUT(failedOnes() >= 3, 20'000);
    // Add some live jobs, and two clients that wait for the same job with a key.
    config.hold.jobDeadline = 60s;
    service.service().reload(config);
    RawHttpClient waiting(service.port());
    RawHttpClient joining(service.port());
    for (RawHttpClient *client : {&waiting, &joining})
        client->send(startRequest("slow", "Idempotency-Key: \"order-17\"\r\nPrefer: wait=60\r\n"));
    for (int i = 0; i < 5; ++i)
        handOver("slow");
    const auto isJoined = [&window] {
        const auto &live = window.data().jobs();
        return std::any_of(live.begin(), live.end(), [](const JobPtr &job) { return job->joined > 0; });
    };
    QTRY_VERIFY(isJoined());
    window.workspace().bring(View::Jobs);
    auto &live = *window.findChild<JobsPanel *>();
    live.select(live.table().idAt(0));
    QTRY_VERIFY(live.table().shownCount() >= 6);
    takeBoth(window, u"promises"_s);

    window.workspace().bring(View::DeadLetters);
    auto &deadLetters = *window.findChild<DeadLettersPanel *>();
    QTRY_VERIFY(deadLetters.table().shownCount() >= 8);
    deadLetters.view().setCurrentIndex(deadLetters.table().index(0, 0));
    auto &view = *window.findChild<DeadLettersView *>();
    QTRY_VERIFY(!view.findChild<BodyView *>()->text().isEmpty());
    takeBoth(window, u"letters"_s);

    window.workspace().bring(View::History);
    const auto &history = window.data().history();
    const auto done = std::find_if(history.begin(), history.end(), [](const JobPtr &job) {
        return job->durable && job->outcome == Reason::Completed;
    });
    QVERIFY(done != history.end());
    window.selectJob((*done)->id);
    auto *button = window.findChild<QPushButton *>(u"showResult"_s);
    QTRY_VERIFY(button->isVisible());
    button->click();
    const auto &box = *window.findChild<ResultBox *>();
    QTRY_VERIFY2(!box.findChild<BodyView *>()->text().isEmpty(),
                 qPrintable(box.findChild<QLabel *>()->text()));
    takeBoth(window, u"result"_s);
}

HOLDLINE_TEST(TestMonitorPictures)

#include "tst_monitorpictures.moc"
