// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>

#include <chrono>
#include <random>

namespace holdline::test {

/// A random generator that gives the same numbers for the same seed on every platform.
class Random
{
public:
    explicit Random(quint32 seed) : m_engine(seed) {}
    int below(int limit) { return static_cast<int>(m_engine() % static_cast<quint32>(limit)); }
    bool oneIn(int times) { return below(times) == 0; }

private:
    std::mt19937 m_engine;
};

/// Adds rows with a few fixed seeds and one from the clock, or only the seed in HOLDLINE_TEST_SEED. Each row
/// is named after its seed, so that a failure reports the seed.
inline void seedRows()
{
    QTest::addColumn<quint32>("seed");
    bool isGiven = false;
    const auto given = static_cast<quint32>(qEnvironmentVariableIntValue("HOLDLINE_TEST_SEED", &isGiven));
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto fromClock =
        static_cast<quint32>(std::chrono::microseconds(now / std::chrono::microseconds(1)).count()) &
        0x7fffffff;
    if (isGiven) {
        QTest::addRow("seed %u", given) << given;
        return;
    }
    for (const quint32 seed : {1U, 2U, 3U, 4U, 5U, fromClock})
        QTest::addRow("seed %u", seed) << seed;
}

}  // namespace holdline::test
