// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/soak/load.h"
#include "tests/soak/relay.h"
#include "tests/soak/scenario.h"
#include "tests/soak/soakoptions.h"
#include "tests/soak/world.h"

#include <optional>

namespace holdline::soak {

/// A load while the job server is unreachable: first four times for 1.5 s, in different ways, then once for
/// 20 s. During these times neither start requests nor callbacks are passed on. Jobs that run in the job
/// server continue.
class Outages : public Scenario
{
    Q_OBJECT

public:
    explicit Outages(const Options &options);
    ~Outages() override;

    bool start() override;
    QString errorString() const override { return m_world ? m_world->errorString() : m_error; }
    bool isClean() const override { return m_isClean; }
    QByteArray summary() const override { return m_summary; }

private:
    /// One part of the scenario: a load, and the times when the job server is unreachable.
    struct Part
    {
        const char *name;
        std::chrono::milliseconds away;
        std::vector<Relay::State> absences;
        bool judgesPlain;  ///< true: at most 1 % of the plain jobs may fail
    };

    WorldOptions worldOptions() const;
    void beginPart();
    void leave();
    void comeBack();
    void partEnded();
    void setState(Relay::State state);

    const Options m_options;
    const std::vector<Part> m_parts;
    Relay m_starts;
    Relay m_callbacks;
    QString m_error;
    std::unique_ptr<World> m_world;
    std::unique_ptr<Load> m_load;
    std::size_t m_part = 0;
    std::size_t m_absence = 0;
    bool m_isClean = true;
    QByteArray m_summary;
};

}  // namespace holdline::soak
