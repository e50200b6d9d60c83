// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/soak.h"

#include "tests/soak/figurestext.h"

#include <algorithm>
#include <utility>

namespace holdline::soak {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kStoredJobs = 100'000;
/// At most this number of orders is requested again at the end.
constexpr int kAskAgain = 2'000;

/// The [hold] settings that reloads choose from. The last one is invalid, so the service keeps its settings.
constexpr std::array kHolds{"deadline = \"30s\"\n", "deadline = \"29s\"\nheld = 19000\n",
                            "deadline = \"long\"\n"};

QByteArray configuration(const Options &options, const char *hold)
{
    return QByteArray("[hold]\njob_deadline = \"90s\"\ndrain_timeout = \"5s\"\n") + hold +
           "[retry]\nambiguous = \"" + (options.ambiguousAlways ? "always" : "never") +
           "\"\n[log]\naccess_lines_per_second = 5\n";
}

}  // namespace

FaultOptions usualFaults(double percent)
{
    // Without Fault::WrongId: when the response to the start request is lost too, the right id is unknown.
    constexpr std::pair<Fault, double> kShares[]{
        {Fault::Start503, 0.24}, {Fault::Start500, 0.06},   {Fault::Reset, 0.14},
        {Fault::Garbage, 0.10},  {Fault::NoCallback, 0.04}, {Fault::Duplicate, 0.14},
        {Fault::Early, 0.11},    {Fault::Late, 0.11},       {Fault::Failed, 0.06},
    };
    FaultOptions faults;
    for (const auto &[fault, share] : kShares)
        faults[fault] = percent * share;
    faults.lateBy = 3s;
    return faults;
}

WorldOptions Soak::worldOptions(const Options &options)
{
    WorldOptions world;
    world.holdline = options.holdline;
    world.folder = options.folder;
    world.threads = options.threads;
    world.configuration = configuration(options, kHolds.front());
    world.store = "jobs = " + QByteArray::number(qulonglong(kStoredJobs)) + '\n';
    JobServerOptions &upstream = world.upstream;
    upstream.seed = options.seed;
    upstream.secret = QByteArray::number(qulonglong(options.seed));
    upstream.duration = 400ms;
    upstream.durationsOf = {{"account-0", 0ms}, {"account-1", 50ms}, {"account-2", 2s}, {"account-3", 5s}};
    upstream.startLatency = 3ms;
    upstream.idempotentStarts = options.ambiguousAlways;
    // The upstream repeats a callback until the restarted service accepts it.
    upstream.callbackRetries = 1'000;
    upstream.faults = usualFaults(options.faultPercent);
    return world;
}

LoadOptions Soak::loadOptions(const Options &options)
{
    LoadOptions load;
    load.rate = options.rate;
    load.accounts = options.accounts;
    // The store drops the oldest ended jobs first, so it must still know the most recent ones.
    load.recent = kStoredJobs / 4;
    load.seed = options.seed;
    return load;
}

Soak::Soak(const Options &options)
    : m_options(options),
      m_world(worldOptions(options)),
      m_load(loadOptions(options), m_world.port(), m_world.upstream()),
      m_monitors(m_world.monitorSocket(), options.seed),
      m_random(options.seed)
{
    m_death.setSingleShot(true);
    m_reload.setSingleShot(true);
    connect(&m_death, &QTimer::timeout, this, &Soak::die);
    connect(&m_reload, &QTimer::timeout, this, &Soak::reload);
    connect(&m_progress, &QTimer::timeout, this, &Soak::sayHowFar);
    connect(&m_world, &World::ended, this, &Soak::finished);
    connect(&m_load, &Load::quiet, this, &Soak::becameQuiet);
    connect(&m_load, &Load::violated, this,
            [this](const QString &text) { Q_EMIT noted(u"violation: "_s + text); });
    connect(&m_world, &World::violated, this, &Soak::violated);
    connect(&m_monitors, &Monitors::violated, this, &Soak::violated);
}

bool Soak::start()
{
    if (!m_world.start())
        return false;
    m_time.start();
    m_load.start();
    m_monitors.start();
    m_progress.start(1min);
    if (m_options.deaths > 0ms)
        m_death.start(about(m_options.deaths));
    if (m_options.reloads > 0ms)
        m_reload.start(about(m_options.reloads));
    QTimer::singleShot(m_options.duration, this, &Soak::loadEnded);
    return true;
}

/// Returns a random time from half of the mean to one and a half.
std::chrono::milliseconds Soak::about(std::chrono::milliseconds mean)
{
    const auto span = static_cast<std::uint64_t>(mean.count()) + 1;
    return mean / 2 + std::chrono::milliseconds(m_random() % span);
}

void Soak::die()
{
    const auto restless = m_options.duration * (100 - m_options.calmPercent) / 100;
    if (m_phase != Phase::Loading || std::chrono::milliseconds(m_time.elapsed()) > restless)
        return;
    if (m_random() % 3 == 0) {
        ++m_terminations;
        m_world.terminate();
    } else {
        ++m_kills;
        m_world.kill();
    }
    m_death.start(about(m_options.deaths));
}

void Soak::reload()
{
    if (m_phase != Phase::Loading)
        return;
    ++m_reloads;
    m_world.reload(configuration(m_options, kHolds.at(m_random() % kHolds.size())));
    m_reload.start(about(m_options.reloads));
}

void Soak::loadEnded()
{
    m_phase = Phase::Finishing;
    m_load.stop();
}

void Soak::becameQuiet()
{
    switch (m_phase) {
        case Phase::Loading:
        case Phase::Ending:
            break;
        case Phase::Finishing:
            m_phase = Phase::Again;
            ++m_kills;
            m_world.kill();
            m_askedAgain = m_load.askAgain(kAskAgain);
            break;
        case Phase::Again:
            m_phase = Phase::Ending;
            m_monitors.stop();
            m_progress.stop();
            m_world.end();
            break;
    }
}

void Soak::violated(const QString &text)
{
    ++m_violations;
    Q_EMIT noted(u"violation: "_s + text);
}

void Soak::sayHowFar()
{
    const Figures &figures = m_load.figures();
    Q_EMIT noted(u"%1 s: %2 answers, %3 clients wait, lost %4, twice %5, contradictory %6, life %7, %8"_s
                     .arg(m_time.elapsed() / 1000)
                     .arg(figures.answers)
                     .arg(m_load.openClients())
                     .arg(figures.lost)
                     .arg(figures.twice)
                     .arg(figures.contradictory)
                     .arg(m_world.lives())
                     .arg(QString::fromUtf8(m_world.samples().ofLife(m_world.lives()).text())));
}

QByteArray Soak::summary() const
{
    // The calm last part of the load ran in the process before the last kill.
    const Samples calm = m_world.samples().ofLife(m_world.lives() - 1);
    const auto number = [](auto value) { return QByteArray::number(qlonglong(value)); };
    return figuresText(m_load.figures()) + ", violations " + number(m_violations) + ", asked_again " +
           number(m_askedAgain) + ", retries " + number(m_load.retries()) + ", kills " + number(m_kills) +
           ", terminations " + number(m_terminations) + ", reloads " + number(m_reloads) + ", monitors " +
           number(m_monitors.count()) + ", all lives: " + m_world.samples().text() +
           ", last long life: " + calm.text() + ", seconds " + number(m_time.elapsed() / 1000) + '\n';
}

}  // namespace holdline::soak
