// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/crash/round.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTemporaryDir>

#include <memory>

namespace holdline::crash {

/// Runs all rounds one after the other with one upstream.
///
/// Construct it, then call start(). It emits finished() once. Thread: one, with an event loop.
class Run : public QObject
{
    Q_OBJECT

public:
    explicit Run(const Options &options, QObject *parent = nullptr);
    ~Run() override;

    /// Returns false when the run cannot begin; see errorString().
    bool start();
    QString errorString() const { return m_error; }

    bool isClean() const { return m_badRounds == 0; }
    /// Returns the number of kills so far, from outside and at crash points.
    int kills() const { return m_kills; }
    /// Returns a few lines for people, or a JSON object with --json.
    QByteArray summary() const;

Q_SIGNALS:
    /// Reports a round with violations, and the command that repeats it. Several lines.
    void failed(const QByteArray &text);
    void finished();

private:
    static JobServerOptions upstreamOptions(const Options &options);
    QString folderOf(int round) const;
    void nextRound();
    void roundFinished(const RoundResult &result);
    QByteArray failureText(const RoundResult &result) const;
    void keepLogs(const RoundResult &result) const;

    const Options m_options;
    QTemporaryDir m_temporary;
    QString m_folder;
    QString m_error;
    JobServer m_upstream;
    ServicePlace m_place;
    std::unique_ptr<Round> m_round;
    int m_number = 0;  ///< number of the current round, from 0
    Counts m_counts;
    int m_badRounds = 0;
    int m_kills = 0;
    int m_retries = 0;
    int m_unstarted = 0;
    int m_disturbances = 0;
    std::int64_t m_bytesTaken = 0;
    QElapsedTimer m_time;
};

}  // namespace holdline::crash
