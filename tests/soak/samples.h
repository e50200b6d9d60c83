// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <chrono>
#include <vector>

namespace holdline::soak {

using namespace std::chrono_literals;

inline constexpr std::chrono::milliseconds kSamplePause = 10s;

/// The memory and the number of descriptors of a process at one moment.
struct Sample
{
    std::chrono::milliseconds at{0};  ///< time since the beginning of the run
    int life = 0;
    qint64 residentKib = 0;
    int descriptors = 0;
};

/// The memory and the number of descriptors of the service over time.
class Samples
{
public:
    /// Reads /proc/PID and adds a sample. Does nothing when the process has ended. `life` is the number of
    /// the process.
    void take(std::chrono::milliseconds at, int life, qint64 pid);

    const std::vector<Sample> &all() const { return m_all; }
    qint64 mostResidentKib() const;
    int mostDescriptors() const;
    /// Returns only the samples of one service process.
    Samples ofLife(int life) const;
    /// Returns "rss_mib 21.3/40.1/40.5/40.4/40.6 (max 41.0), descriptors 30/211/…": the values at the
    /// beginning, after each quarter and at the end.
    QByteArray text() const;

private:
    std::vector<Sample> m_all;
};

}  // namespace holdline::soak
