// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/soak/attacker.h"
#include "tests/soak/scenario.h"
#include "tests/soak/soakoptions.h"
#include "tests/soak/victim.h"
#include "tests/soak/world.h"

#include <QProcess>

namespace holdline::soak {

/// Hostile accounts attack a service with small limits, one after the other: each in one way, and the last
/// one in all ways at once. During each attack another account (the victim) repeats runs of 50 jobs. Then it
/// requests 200 results again that it got before.
class Hostile : public Scenario
{
    Q_OBJECT

public:
    explicit Hostile(const Options &options);
    ~Hostile() override;

    bool start() override;
    QString errorString() const override { return m_world.errorString(); }
    bool isClean() const override { return m_isClean; }
    QByteArray summary() const override { return m_summary; }

private:
    /// What the victim experienced during one attack.
    struct Result
    {
        std::vector<std::chrono::milliseconds> runs;
        int failedJobs = 0;
        int keys = 0;
        int replayed = 0;
        int badWatches = 0;
    };

    static WorldOptions worldOptions(const Options &options);
    static std::vector<std::vector<Attack>> partsOf(const Options &options);
    void beginAttack();
    void ran(std::chrono::milliseconds time, int failed, const QByteArray &phases);
    void endAttack();
    void judge();
    void end();
    void readAttacker();

    const Options m_options;
    World m_world;
    Victim m_victim;
    QProcess m_attacker;
    const std::vector<std::vector<Attack>> m_parts;  ///< the attacks of each part; the first part has none
    std::size_t m_part = 0;
    Result m_result;
    QElapsedTimer m_time;
    QByteArray m_attackersAnswers;
    bool m_isClean = true;
    QByteArray m_summary;
};

}  // namespace holdline::soak
