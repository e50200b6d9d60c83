// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include <memory>
#include <random>
#include <vector>

namespace holdline::test {
class Watcher;
}

namespace holdline::soak {

/// Monitors that connect and disconnect. Each one receives updates for some seconds and checks them. Some
/// stop reading.
///
/// Construct it, then call start(). Thread: one, with an event loop.
class Monitors : public QObject
{
    Q_OBJECT

public:
    /// `socket` is the path of the service's monitor socket.
    Monitors(const QString &socket, std::uint64_t seed, QObject *parent = nullptr);
    ~Monitors() override;

    void start() { m_next.start(0); }
    /// Disconnects all monitors.
    void stop();
    int count() const { return m_count; }

Q_SIGNALS:
    /// Reports that a monitor received something that violates the protocol.
    void violated(const QString &text);

private:
    void change();
    void add();
    void removeOldest();
    int from(int least, int most);

    const QString m_socket;
    std::vector<std::unique_ptr<test::Watcher>> m_watchers;
    int m_count = 0;
    QTimer m_next;
    std::mt19937_64 m_random;
};

}  // namespace holdline::soak
