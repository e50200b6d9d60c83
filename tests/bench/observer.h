// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <atomic>
#include <cstdint>
#include <thread>

namespace holdline::bench {

/// A connection to holdline's monitor socket, in a thread of this process. It either reads and discards
/// everything, or reads nothing.
class Observer
{
public:
    enum class Habit { Reads, NeverReads };

    /// Connects to the socket. Ends the benchmark when no socket listens at `path`.
    Observer(const QString &path, Habit habit);
    ~Observer();
    Observer(const Observer &) = delete;
    Observer &operator=(const Observer &) = delete;

    std::int64_t bytesRead() const { return m_bytes; }

private:
    void read();

    int m_descriptor;
    std::atomic<std::int64_t> m_bytes = 0;
    std::thread m_reader;
};

}  // namespace holdline::bench
