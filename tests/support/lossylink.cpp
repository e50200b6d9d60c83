// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/lossylink.h"

#include <QCoreApplication>
#include <QProcess>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace holdline::test {

using namespace Qt::StringLiterals;

namespace {

constexpr int kPacketsPerTurn = 64;

bool ip(const QStringList &arguments)
{
    QProcess process;
    process.setStandardErrorFile(QProcess::nullDevice());
    process.start(u"ip"_s, arguments);
    return process.waitForFinished() && process.exitStatus() == QProcess::NormalExit &&
           process.exitCode() == 0;
}

}  // namespace

bool LossyLink::isPossible()
{
    return LossyLink(0, 0).isOpen();
}

LossyLink::LossyLink(double loss, unsigned seed, QObject *parent)
    : QObject(parent), m_random(seed), m_isLost(loss)
{
    m_open = ::geteuid() == 0 && setUp(A) && setUp(B);
}

LossyLink::~LossyLink()
{
    for (const Side side : {A, B}) {
        End &end = m_ends.at(side);
        end.notifier.reset();
        if (end.descriptor >= 0)
            ::close(end.descriptor);
        if (::geteuid() == 0)
            ip({u"netns"_s, u"delete"_s, name(side)});
    }
}

QString LossyLink::address(Side side)
{
    return side == A ? u"10.99.0.1"_s : u"10.99.0.2"_s;
}

QString LossyLink::name(Side side) const
{
    return u"holdline-%1-%2"_s.arg(QCoreApplication::applicationPid()).arg(side == A ? u'a' : u'b');
}

QStringList LossyLink::prefix(Side side) const
{
    return {u"ip"_s, u"netns"_s, u"exec"_s, name(side)};
}

bool LossyLink::setUp(Side side)
{
    End &end = m_ends.at(side);
    end.descriptor = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    ifreq request{};
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (end.descriptor < 0 || ::ioctl(end.descriptor, TUNSETIFF, &request) != 0)
        return false;
    const QString device = QString::fromLatin1(request.ifr_name);
    const QString space = name(side);
    const QString peer = address(side == A ? B : A);
    // A TUN device keeps its file descriptor when the device moves into another namespace.
    if (!ip({u"netns"_s, u"add"_s, space}) || !ip({u"link"_s, u"set"_s, device, u"netns"_s, space}) ||
        !ip({u"-n"_s, space, u"address"_s, u"add"_s, address(side), u"peer"_s, peer, u"dev"_s, device}) ||
        !ip({u"-n"_s, space, u"link"_s, u"set"_s, device, u"up"_s}) ||
        !ip({u"-n"_s, space, u"link"_s, u"set"_s, u"lo"_s, u"up"_s}))
        return false;
    end.notifier = std::make_unique<QSocketNotifier>(end.descriptor, QSocketNotifier::Read);
    connect(end.notifier.get(), &QSocketNotifier::activated, this, [this, side] { carry(side); });
    return true;
}

void LossyLink::carry(Side from)
{
    const int source = m_ends.at(from).descriptor;
    const int target = m_ends.at(from == A ? B : A).descriptor;
    std::array<char, 64 * 1024> packet;
    for (int i = 0; i < kPacketsPerTurn; ++i) {
        const ssize_t size = ::read(source, packet.data(), packet.size());
        if (size <= 0)
            return;
        const bool lost = m_isLost(m_random);
        if (lost || ::write(target, packet.data(), static_cast<std::size_t>(size)) != size)
            ++m_lost;
        else
            ++m_carried;
    }
}

void LossyLink::on(Side side, const std::function<void()> &work) const
{
    const int home = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    const int there = ::open(qPrintable(u"/run/netns/"_s + name(side)), O_RDONLY | O_CLOEXEC);
    if (::setns(there, CLONE_NEWNET) != 0)
        qFatal("cannot enter %s", qPrintable(name(side)));
    work();
    ::setns(home, CLONE_NEWNET);
    ::close(there);
    ::close(home);
}

}  // namespace holdline::test
