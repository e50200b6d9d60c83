// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/harness/servicechild.h"

#include <QTcpServer>

#include <algorithm>
#include <cstddef>
#include <random>

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace holdline::harness {

using namespace Qt::StringLiterals;

namespace {

QProcessEnvironment environment(const QProcessEnvironment &additions)
{
    QProcessEnvironment result = QProcessEnvironment::systemEnvironment();
    const QStringList names = result.keys();
    for (const QString &name : names) {
        if (name.startsWith("HOLDLINE_"_L1) || name == "PORT"_L1 || name == "CALLBACK_URL"_L1)
            result.remove(name);
    }
    result.insert(additions);
    return result;
}

/// Reserves the port among concurrent runs. Only one process at a time can own an abstract socket with this
/// name.
bool reserve(quint16 port)
{
    const QByteArray name = "holdline-test-port-" + QByteArray::number(port);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    // An abstract socket name begins with a zero byte.
    std::copy(name.begin(), name.end(), std::next(std::begin(address.sun_path)));
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto size =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1) + static_cast<socklen_t>(name.size());
    if (::bind(descriptor, reinterpret_cast<const sockaddr *>(&address), size) == 0)
        return true;
    ::close(descriptor);
    return false;
}

}  // namespace

quint16 freePort()
{
    std::random_device random;
    while (true) {
        const auto port = static_cast<quint16>(12'000 + random() % 18'000);
        QTcpServer probe;
        if (probe.listen(QHostAddress::LocalHost, port) && reserve(port))
            return port;
    }
}

ServiceChild::ServiceChild(const ServiceCommand &command, QObject *parent)
    : QObject(parent), m_killsItself(command.killsItself)
{
    m_process.setProgram(command.program);
    m_process.setArguments(command.arguments);
    m_process.setProcessEnvironment(environment(command.environment));
    m_process.setWorkingDirectory(m_directory.path());
    m_process.setStandardOutputFile(QProcess::nullDevice());
    // The service is killed when this program is killed.
    m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
    if (!command.logFile.isEmpty()) {
        m_process.setStandardErrorFile(command.logFile, QIODevice::Append);
        connect(&m_process, &QProcess::finished, this, &ServiceChild::ended);
    } else {
        connect(&m_process, &QProcess::readyReadStandardError, this,
                [this] { m_log += m_process.readAllStandardError(); });
        connect(&m_process, &QProcess::finished, this, [this] {
            m_log += m_process.readAllStandardError();
            Q_EMIT ended();
        });
    }
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            Q_EMIT ended();
    });
}

ServiceChild::~ServiceChild()
{
    m_process.disconnect(this);
    m_process.kill();
    m_process.waitForFinished();
}

void ServiceChild::start()
{
    m_process.start();
}

bool ServiceChild::sendSignal(int signal)
{
    const qint64 pid = m_process.processId();
    return pid > 0 && ::kill(static_cast<pid_t>(pid), signal) == 0;
}

bool ServiceChild::wasKilled() const
{
    // QProcess reports the signal of a crashed process as the exit code.
    return m_process.exitStatus() == QProcess::CrashExit && m_process.exitCode() == SIGKILL &&
           (m_killed || m_killsItself);
}

QString ServiceChild::endText() const
{
    if (m_process.error() == QProcess::FailedToStart)
        return m_process.errorString();
    return m_process.exitStatus() == QProcess::CrashExit ? u"signal %1"_s.arg(m_process.exitCode())
                                                         : u"exit code %1"_s.arg(m_process.exitCode());
}

int ServiceChild::exitCode() const
{
    return m_process.exitStatus() == QProcess::CrashExit ? -1 : m_process.exitCode();
}

}  // namespace holdline::harness
