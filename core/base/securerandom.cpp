// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/securerandom.h"

#include <QtGlobal>

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/random.h>

namespace holdline {

namespace {

/// A buffer of random bytes that one thread has fetched from the system and not used yet.
class Store
{
public:
    std::span<std::byte> take(std::size_t most)
    {
        if (m_at == m_bytes.size())
            refill();
        const std::size_t count = std::min(most, m_bytes.size() - m_at);
        m_at += count;
        return std::span(m_bytes).subspan(m_at - count, count);
    }

private:
    void refill()
    {
        for (std::size_t got = 0; got < m_bytes.size();) {
            const ssize_t count = ::getrandom(m_bytes.data() + got, m_bytes.size() - got, 0);
            if (count > 0)
                got += static_cast<std::size_t>(count);
            else if (errno != EINTR)
                qFatal("The system has no random numbers (getrandom: error %d)", errno);
        }
        m_at = 0;
    }

    std::array<std::byte, 4096> m_bytes{};
    std::size_t m_at = m_bytes.size();
};

}  // namespace

void fillSecurely(std::span<std::byte> room)
{
    thread_local Store store;
    while (!room.empty()) {
        const std::span<std::byte> bytes = store.take(room.size());
        std::copy(bytes.begin(), bytes.end(), room.begin());
        std::fill(bytes.begin(), bytes.end(), std::byte{});
        room = room.subspan(bytes.size());
    }
}

}  // namespace holdline
