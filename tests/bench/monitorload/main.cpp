// SPDX-License-Identifier: GPL-3.0-or-later
// Measures a monitor of a very busy service: its CPU time, and how long its window keeps a user waiting.
#include "core/base/standardstreams.h"
#include "monitor/data/format.h"
#include "monitor/window/mainwindow.h"
#include "monitor/window/monitoroptions.h"
#include "monitor/window/workspace.h"
#include "tests/bench/monitorload/feeder.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QElapsedTimer>
#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>
#include <QTextStream>

#include <algorithm>
#include <ctime>

using namespace holdline;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using namespace Qt::StringLiterals;

namespace {

constexpr auto kProbe = 10ms;
constexpr auto kWarmUp = 2s;
constexpr auto kSettle = 500ms;  ///< time after another view was selected
constexpr milliseconds kShortest = 100ms;

double cpuSeconds()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

struct Figures
{
    double coreShare = 0;
    std::vector<double> waits;  ///< waiting times in ms

    double quantile(double q) const
    {
        return waits.empty() ? 0 : waits[static_cast<std::size_t>(q * static_cast<double>(waits.size() - 1))];
    }
};

/// Measures for `time` the CPU time of this process and how late its event loop is. An input event would wait
/// as long.
Figures measure(milliseconds time)
{
    Figures figures;
    QElapsedTimer wall;
    QElapsedTimer since;
    QTimer probe;
    probe.setTimerType(Qt::PreciseTimer);
    QObject::connect(&probe, &QTimer::timeout, &probe, [&] {
        const double late = static_cast<double>(since.nsecsElapsed()) / 1e6 - double(kProbe.count());
        figures.waits.push_back(std::max(0.0, late));
        since.start();
    });
    const double before = cpuSeconds();
    wall.start();
    since.start();
    probe.start(kProbe);
    QEventLoop loop;
    QTimer::singleShot(time, &loop, &QEventLoop::quit);
    loop.exec();
    figures.coreShare = (cpuSeconds() - before) / (static_cast<double>(wall.nsecsElapsed()) / 1e9);
    std::sort(figures.waits.begin(), figures.waits.end());
    return figures;
}

int feed(const QString &path, const test::SimulatedJobs::Options &options)
{
    bench::Feeder feeder(options);
    if (!feeder.listen(path)) {
        QTextStream(stderr) << feeder.errorString() << '\n';
        return 1;
    }
    return QCoreApplication::exec();
}

}  // namespace

int main(int argc, char **argv)
{
    openStandardStreams();
    QApplication app(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(
        u"Measures holdline-monitor's window against a simulated service (QT_QPA_PLATFORM=offscreen works)."_s);
    parser.addHelpOption();
    const QCommandLineOption live(u"live"_s, u"Jobs that are live."_s, u"N"_s, u"10000"_s);
    const QCommandLineOption rate(u"rate"_s, u"Changes a second."_s, u"N"_s, u"5000"_s);
    const QCommandLineOption seconds(u"seconds"_s, u"How long to measure each view."_s, u"N"_s, u"10"_s);
    const QCommandLineOption feedOption(u"feed"_s, u"Only play the service, at this socket."_s, u"PATH"_s);
    parser.addOptions({live, rate, seconds, feedOption});
    parser.process(app);
    const test::SimulatedJobs::Options options{parser.value(live).toInt(), parser.value(rate).toInt(), 500,
                                               1};
    if (parser.isSet(feedOption))
        return feed(parser.value(feedOption), options);

    QTemporaryDir folder;
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
    const QString path = folder.filePath(u"s"_s);
    QProcess feeder;
    feeder.setProcessChannelMode(QProcess::ForwardedChannels);
    feeder.start(QCoreApplication::applicationFilePath(),
                 {u"--feed"_s, path, u"--live"_s, parser.value(live), u"--rate"_s, parser.value(rate)});

    QTextStream out(stdout);
    monitor::Options watched;
    watched.socket = path;
    auto *window = new monitor::MainWindow(watched);
    window->resize(1600, 1000);
    window->show();
    measure(kWarmUp);
    out << u"%1 live jobs, %2 in the history\n"_s.arg(window->data().jobs().size())
               .arg(window->data().history().size());
    out << u"| view in front | of one core | input waits p50, ms | p99 | longest |\n|---|--:|--:|--:|--:|\n"_s;
    for (int i = 0; i < monitor::kViewCount; ++i) {
        const auto view = static_cast<monitor::View>(i);
        window->workspace().bring(view);
        measure(kSettle);
        const Figures figures =
            measure(std::max(kShortest, milliseconds(1000 * parser.value(seconds).toInt())));
        out << u"| %1 | %2 % | %3 | %4 | %5 |\n"_s.arg(monitor::title(view))
                   .arg(100 * figures.coreShare, 0, 'f', 1)
                   .arg(figures.quantile(0.5), 0, 'f', 1)
                   .arg(figures.quantile(0.99), 0, 'f', 1)
                   .arg(figures.quantile(1), 0, 'f', 1);
        out.flush();
    }
    delete window;
    feeder.terminate();
    feeder.waitForFinished();
    return 0;
}
