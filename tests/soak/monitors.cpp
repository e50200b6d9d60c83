// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/monitors.h"

#include "tests/support/watcher.h"

namespace holdline::soak {

using namespace Qt::StringLiterals;
using test::Watcher;

namespace {

constexpr std::size_t kMost = 5;

}  // namespace

Monitors::Monitors(const QString &socket, std::uint64_t seed, QObject *parent)
    : QObject(parent), m_socket(socket), m_random(seed)
{
    m_next.setSingleShot(true);
    connect(&m_next, &QTimer::timeout, this, &Monitors::change);
}

Monitors::~Monitors() = default;

int Monitors::from(int least, int most)
{
    return least + static_cast<int>(m_random() % static_cast<std::uint64_t>(most - least + 1));
}

void Monitors::stop()
{
    m_next.stop();
    while (!m_watchers.empty())
        removeOldest();
}

void Monitors::change()
{
    if (m_watchers.size() >= kMost || (!m_watchers.empty() && from(1, 2) == 1))
        removeOldest();
    else
        add();
    m_next.start(from(200, 5'000));
}

void Monitors::add()
{
    ++m_count;
    m_watchers.push_back(std::make_unique<Watcher>(m_socket));
    if (from(1, 4) == 1)
        m_watchers.back()->stopReading();
    else if (from(1, 4) == 1)
        m_watchers.back()->send(R"({"command":"snapshot"})"_ba + '\n');
}

void Monitors::removeOldest()
{
    const Watcher &oldest = *m_watchers.front();
    if (!oldest.problem().isEmpty())
        Q_EMIT violated(u"a monitor: "_s + oldest.problem());
    m_watchers.erase(m_watchers.begin());
}

}  // namespace holdline::soak
