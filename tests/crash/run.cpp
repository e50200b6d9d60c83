// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/run.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

namespace holdline::crash {

using namespace Qt::StringLiterals;

Run::Run(const Options &options, QObject *parent)
    : QObject(parent), m_options(options), m_upstream(upstreamOptions(options))
{
    m_place.program = options.holdline;
    m_place.ambiguousAlways = options.ambiguousAlways;
    m_place.jobDeadline = options.jobDeadline;
}

Run::~Run() = default;

JobServerOptions Run::upstreamOptions(const Options &options)
{
    JobServerOptions upstream;
    upstream.seed = options.seed;
    upstream.secret = QByteArray::number(options.seed);
    // Some results arrive before the response to the start request is stored, some while the service does not
    // run, and some later.
    upstream.duration = 40ms;
    upstream.durationsOf = {{"account-0", 0ms}, {"account-1", 100ms}, {"account-2", 400ms}};
    upstream.startLatency = 1ms;
    upstream.idempotentStarts = options.ambiguousAlways;
    // The upstream repeats a callback until the restarted service accepts it.
    upstream.callbackRetries = 1'000;
    upstream.callbackBackoff = 10ms;
    for (const Fault fault : {Fault::Reset, Fault::Garbage, Fault::Duplicate, Fault::Early})
        upstream.faults[fault] = options.faultPercent;
    return upstream;
}

bool Run::start()
{
    m_folder = m_options.storeDir.isEmpty() ? m_temporary.path() : QDir(m_options.storeDir).absolutePath();
    if (!m_temporary.isValid() || !QDir().mkpath(m_folder)) {
        m_error = u"cannot make the folder "_s + m_folder;
        return false;
    }
    if (!m_upstream.listen(QHostAddress::LocalHost, 0)) {
        m_error = m_upstream.errorString();
        return false;
    }
    m_place.upstreamPort = m_upstream.port();
    m_place.port = harness::freePort();
    m_place.adminPort = harness::freePort();
    m_time.start();
    nextRound();
    return true;
}

QString Run::folderOf(int round) const
{
    return m_folder + u"/round-"_s + QString::number(round);
}

void Run::nextRound()
{
    QDir().mkpath(folderOf(m_number));
    m_place.store = folderOf(m_number) + u"/holdline.db"_s;
    const auto seed = m_options.seed + static_cast<std::uint64_t>(m_number);
    m_round = std::make_unique<Round>(m_options, seed, m_place, m_upstream);
    // A queued connection, because the round's own code is still running.
    connect(m_round.get(), &Round::finished, this, &Run::roundFinished, Qt::QueuedConnection);
    m_round->start();
}

void Run::roundFinished(const RoundResult &result)
{
    m_round.reset();
    m_counts += result.counts;
    m_kills += result.kills;
    m_retries += result.retries;
    m_unstarted += result.unstarted;
    m_disturbances += result.disturbances;
    m_bytesTaken += result.bytesTaken;
    if (result.violations.isEmpty()) {
        QDir(folderOf(m_number)).removeRecursively();
    } else {
        ++m_badRounds;
        m_temporary.setAutoRemove(false);
        keepLogs(result);
        Q_EMIT failed(failureText(result));
    }
    if (++m_number < m_options.rounds)
        nextRound();
    else
        Q_EMIT finished();
}

QByteArray Run::failureText(const RoundResult &result) const
{
    constexpr qsizetype kShown = 20;
    QByteArray text = "round " + QByteArray::number(m_number) + " (--rounds 1 --seed " +
                      QByteArray::number(result.seed) + "), kept in " + folderOf(m_number).toUtf8() + ":\n";
    for (const QString &violation : result.violations.mid(0, kShown))
        text += "  " + violation.toUtf8() + '\n';
    if (result.violations.size() > kShown)
        text += "  and " + QByteArray::number(result.violations.size() - kShown) + " more\n";
    return text;
}

void Run::keepLogs(const RoundResult &result) const
{
    for (qsizetype i = 0; i < result.logs.size(); ++i) {
        QFile file(folderOf(m_number) + u"/life-%1.log"_s.arg(i));
        if (file.open(QIODevice::WriteOnly))
            file.write(result.logs[i]);
    }
}

QByteArray Run::summary() const
{
    const std::pair<const char *, double> figures[]{
        {"rounds", m_number},
        {"kills", m_kills},
        {"keys", m_counts.orders},
        {"completed", m_counts.completed},
        {"interrupted_told_so", m_counts.interrupted},
        {"answers", m_counts.answers},
        {"replayed", m_counts.replayed},
        {"unstarted_told_so", m_unstarted},
        {"asked_again", m_retries},
        {"disturbances", m_disturbances},
        {"bytes_taken", static_cast<double>(m_bytesTaken)},
        {"lost", m_counts.lost},
        {"run_twice", m_counts.runTwice},
        {"wrong", m_counts.wrong},
        {"bad_rounds", m_badRounds},
        {"repeated_starts", static_cast<double>(m_upstream.stats().repeatedStarts)},
        {"seconds", static_cast<double>(m_time.elapsed() / 100) / 10},
    };
    if (m_options.json) {
        QJsonObject object{{u"seed"_s, QString::number(m_options.seed)}};
        for (const auto &[name, value] : figures)
            object.insert(QLatin1StringView(name), value);
        return QJsonDocument(object).toJson();
    }
    QByteArray text;
    for (const auto &[name, value] : figures)
        text += (text.isEmpty() ? "" : ", ") + QByteArray(name) + ' ' + QByteArray::number(value, 'g', 10);
    return text + '\n';
}

}  // namespace holdline::crash
