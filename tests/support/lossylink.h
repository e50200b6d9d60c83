// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <QStringList>

#include <array>
#include <functional>
#include <memory>
#include <random>

namespace holdline::test {

/// Two hosts joined by a lossy link. Each host is a network namespace with a TUN device. While the event loop
/// runs, this object passes on or drops the packets between them, so the kernel's TCP sees real loss. Needs
/// Linux, root and iproute2: check isPossible() first. The destructor removes the namespaces.
class LossyLink : public QObject
{
    Q_OBJECT

public:
    enum Side { A, B };

    static bool isPossible();

    /// `loss` is the fraction of packets that are lost in each direction.
    LossyLink(double loss, unsigned seed, QObject *parent = nullptr);
    ~LossyLink() override;

    bool isOpen() const { return m_open; }
    static QString address(Side side);
    /// Returns the words that go before a command to run the command on this side.
    QStringList prefix(Side side) const;
    /// Calls `work` with this thread moved into the side's namespace, so that sockets made there belong to
    /// this side.
    void on(Side side, const std::function<void()> &work) const;

    int carried() const { return m_carried; }
    int lost() const { return m_lost; }

private:
    bool setUp(Side side);
    QString name(Side side) const;
    void carry(Side from);

    struct End
    {
        int descriptor = -1;
        std::unique_ptr<QSocketNotifier> notifier;
    };
    std::array<End, 2> m_ends;
    std::mt19937 m_random;
    std::bernoulli_distribution m_isLost;
    bool m_open = false;
    int m_carried = 0;
    int m_lost = 0;
};

}  // namespace holdline::test
