// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/soak/load.h"
#include "tests/soak/monitors.h"
#include "tests/soak/scenario.h"
#include "tests/soak/soakoptions.h"
#include "tests/soak/world.h"

namespace holdline::soak {

/// Clients of all kinds at a constant rate. Meanwhile the job server has faults, the service is killed,
/// terminated and reloaded, and monitors connect and disconnect. At the end the service is killed once more.
/// Then a sample of the responses must be replayed.
class Soak : public Scenario
{
    Q_OBJECT

public:
    explicit Soak(const Options &options);

    bool start() override;
    QString errorString() const override { return m_world.errorString(); }
    bool isClean() const override { return m_load.figures().isClean() && m_violations == 0; }
    QByteArray summary() const override;

private:
    enum class Phase { Loading, Finishing, Again, Ending };

    static WorldOptions worldOptions(const Options &options);
    static LoadOptions loadOptions(const Options &options);
    void die();
    void reload();
    void sayHowFar();
    void loadEnded();
    void becameQuiet();
    void violated(const QString &text);
    std::chrono::milliseconds about(std::chrono::milliseconds mean);

    const Options m_options;
    World m_world;
    Load m_load;
    Monitors m_monitors;
    Phase m_phase = Phase::Loading;
    int m_violations = 0;  ///< violations that are not in the figures
    int m_kills = 0;
    int m_terminations = 0;
    int m_reloads = 0;
    int m_askedAgain = 0;
    QTimer m_death;
    QTimer m_reload;
    QTimer m_progress;
    QElapsedTimer m_time;
    std::mt19937_64 m_random;
};

/// Returns fault options with which `percent` of all start requests get one of the usual faults.
FaultOptions usualFaults(double percent);

}  // namespace holdline::soak
