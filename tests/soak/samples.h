// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <chrono>
#include <vector>

namespace holdline::soak {

using namespace std::chrono_literals;

inline constexpr std::chrono::milliseconds kSamplePause = 10s;

/// The memory and the descriptors of a process at one moment.
struct Sample
{
    std::chrono::milliseconds at{0};  ///< since the beginning of the run
    int life = 0;
    qint64 residentKib = 0;
    int descriptors = 0;
};

/// Memory and descriptors of a process over time.
class Samples
{
public:
    /// Reads /proc/PID. Does nothing when the process is gone.
    void take(std::chrono::milliseconds at, int life, qint64 pid);

    const std::vector<Sample> &all() const { return m_all; }
    qint64 mostResidentKib() const;
    int mostDescriptors() const;
    /// The same of one life only.
    Samples ofLife(int life) const;
    /// "rss_mib 21.3/40.1/40.5/40.4/40.6 (max 41.0), descriptors 30/211/…": at the beginning, after each
    /// quarter and at the end.
    QByteArray text() const;

private:
    std::vector<Sample> m_all;
};

}  // namespace holdline::soak
