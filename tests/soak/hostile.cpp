// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/hostile.h"

#include <QCoreApplication>

#include <algorithm>

namespace holdline::soak {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds kRunMayTake = 700ms;
constexpr std::chrono::milliseconds kBetweenRuns = 300ms;
/// Time for which the attack runs before the victim's first run.
constexpr std::chrono::milliseconds kRunUp = 2s;
constexpr qint64 kMemoryMib = 64;
constexpr qint64 kProcessMib = 64;
/// Small limits, so that one account can reach them.
const QByteArray kConfiguration =
    "[hold]\nheld = 1000\npromised = 1000\n"
    "[limits]\nconnections = 10000\nmemory = \"64MiB\"\n"
    "[lanes]\nlane_length = 300\nqueued = 1000\nstarts_in_flight = 16\n"
    "[log]\naccess_lines_per_second = 5\n"_ba;

}  // namespace

WorldOptions Hostile::worldOptions(const Options &options)
{
    WorldOptions world;
    world.holdline = options.holdline;
    world.folder = options.folder;
    world.threads = options.threads;
    world.configuration = kConfiguration;
    world.store = "jobs = 1000\nbytes = \"64MiB\"\n";
    world.samplePause = 500ms;
    world.upstream.seed = options.seed;
    world.upstream.secret = QByteArray::number(qulonglong(options.seed));
    world.upstream.durationsOf = {
        {accountOf(Attack::Keys), 0ms}, {accountOf(Attack::Watches), 10min}, {kWorstAccount, 10min}};
    JobServerOptions::Starts errors;
    errors.faults[Fault::Start500] = 100;
    JobServerOptions::Starts worst{1500ms, {}};
    worst.faults[Fault::Start500] = 50;
    world.upstream.startsOf = {{kWorstAccount, worst},
                               {accountOf(Attack::Errors), errors},
                               {accountOf(Attack::Impatience), {1500ms, {}}},
                               {accountOf(Attack::Stuck), {10min, {}}}};
    return world;
}

Hostile::Hostile(const Options &options)
    : m_options(options), m_world(worldOptions(options)), m_victim(m_world.port()), m_parts(partsOf(options))
{
    connect(&m_world, &World::ended, this, &Hostile::finished);
    connect(&m_world, &World::violated, this, [this](const QString &text) {
        m_isClean = false;
        Q_EMIT noted(u"violation: "_s + text);
    });
    connect(&m_victim, &Victim::noted, this, &Hostile::noted);
    connect(&m_victim, &Victim::madeKeys, this, [this](int answered) {
        m_result.keys = answered;
        beginAttack();
    });
    connect(&m_victim, &Victim::ran, this, &Hostile::ran);
    connect(&m_victim, &Victim::watched, this, [this](bool isGood) {
        m_result.badWatches += isGood ? 0 : 1;
        if (std::chrono::milliseconds(m_time.elapsed()) <
            m_options.duration / static_cast<int>(m_parts.size()))
            QTimer::singleShot(kBetweenRuns, &m_victim, &Victim::run);
        else
            endAttack();
    });
    connect(&m_victim, &Victim::repeatedKeys, this, [this](int replayed) {
        m_result.replayed = replayed;
        judge();
    });
    m_attacker.setReadChannel(QProcess::StandardError);
    connect(&m_attacker, &QProcess::readyReadStandardError, this, &Hostile::readAttacker);
}

Hostile::~Hostile()
{
    m_attacker.kill();
    m_attacker.waitForFinished();
}

bool Hostile::start()
{
    if (!m_world.start())
        return false;
    // Waits until the service listens before the first keys are sent.
    QTimer::singleShot(kRunUp, &m_victim, &Victim::makeKeys);
    return true;
}

std::vector<std::vector<Attack>> Hostile::partsOf(const Options &options)
{
    if (!options.attacks.empty())
        return {{}, options.attacks};
    std::vector<Attack> all;
    std::vector<std::vector<Attack>> parts{{}};
    for (std::size_t i = 0; i < kAttacks; ++i) {
        all.push_back(static_cast<Attack>(i));
        parts.push_back({all.back()});
    }
    parts.push_back(all);
    return parts;
}

void Hostile::beginAttack()
{
    QStringList arguments{u"attack"_s, u"--port"_s, QString::number(m_world.port())};
    for (const Attack attack : m_parts[m_part])
        arguments += {u"--attack"_s, QString::fromUtf8(name(attack))};
    if (!m_parts[m_part].empty())
        m_attacker.start(QCoreApplication::applicationFilePath(), arguments);
    m_time.start();
    QTimer::singleShot(kRunUp, &m_victim, &Victim::run);
}

void Hostile::readAttacker()
{
    while (m_attacker.canReadLine())
        m_attackersAnswers = m_attacker.readLine().trimmed().replace("soakrun: ", {});
}

void Hostile::ran(std::chrono::milliseconds time, int failed, const QByteArray &phases)
{
    m_result.runs.push_back(time);
    m_result.failedJobs += failed;
    if (time >= kRunMayTake)
        Q_EMIT noted(u"a run of %1 ms: %2"_s.arg(time.count()).arg(QString::fromUtf8(phases)));
    m_victim.watch();
}

void Hostile::endAttack()
{
    // The keys are requested again while the attack continues.
    m_victim.repeatKeys();
}

void Hostile::judge()
{
    m_attacker.kill();
    m_attacker.waitForFinished();
    const auto &attacked = m_parts[m_part];
    const QByteArray what =
        attacked.empty() ? QByteArray("nobody") : (attacked.size() > 1 ? "all" : name(attacked.front()));
    std::sort(m_result.runs.begin(), m_result.runs.end());
    const auto slowest = m_result.runs.back();
    const bool isGood = slowest < kRunMayTake && m_result.failedJobs == 0 && m_result.badWatches == 0 &&
                        m_result.replayed == m_result.keys && m_result.keys == Victim::kKeys;
    m_isClean = m_isClean && isGood;
    const auto number = [](auto value) { return QByteArray::number(qlonglong(value)); };
    const QByteArray line = what + (isGood ? ": good" : ": BAD") + ", runs " + number(m_result.runs.size()) +
                            ", median_ms " + number(m_result.runs[m_result.runs.size() / 2].count()) +
                            ", slowest_ms " + number(slowest.count()) + ", failed_jobs " +
                            number(m_result.failedJobs) + ", bad_watches " + number(m_result.badWatches) +
                            ", keys " + number(m_result.keys) + ", replayed " + number(m_result.replayed);
    m_summary += line + '\n';
    Q_EMIT noted(QString::fromUtf8(line + ", " + m_world.samples().text()));
    if (!attacked.empty())
        Q_EMIT noted(u"answers to the attack: "_s + QString::fromUtf8(m_attackersAnswers));
    m_result = {};
    m_attackersAnswers.clear();
    if (++m_part < m_parts.size())
        QTimer::singleShot(kRunUp, &m_victim, &Victim::makeKeys);
    else
        end();
}

void Hostile::end()
{
    const qint64 most = m_world.samples().mostResidentKib() / 1024;
    const bool isGood = most <= kMemoryMib + kProcessMib;
    m_isClean = m_isClean && isGood;
    m_summary += "memory" + QByteArray(isGood ? ": good, " : ": BAD, ") + m_world.samples().text() +
                 ", allowed " + QByteArray::number(kMemoryMib + kProcessMib) + '\n';
    m_world.end();
}

}  // namespace holdline::soak
