// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/program.h"

#include "tests/support/asking.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <csignal>
#include <filesystem>
#include <string>
#include <system_error>

#include <unistd.h>

namespace holdline::test {

using namespace Qt::StringLiterals;

namespace {

constexpr int kPatienceMs = 60'000;
constexpr int kGoodbyeMs = 2'000;

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

Program::Program(const QStringList &command, QObject *parent)
    : QObject(parent), m_environment(QProcessEnvironment::systemEnvironment()), m_command(command)
{
    for (const QString &name : m_environment.keys()) {
        const bool isPlace = name == "RUNTIME_DIRECTORY"_L1 || name == "XDG_RUNTIME_DIR"_L1;
        if (name.startsWith("HOLDLINE_"_L1) || name == "PORT"_L1 || name == "CALLBACK_URL"_L1 || isPlace)
            m_environment.remove(name);
    }
    // Each program has its own store, because the store's lock allows only one process.
    m_environment.insert(u"STATE_DIRECTORY"_s, m_directory.path());
    connect(&m_process, &QProcess::readyReadStandardOutput, this,
            [this] { m_out += m_process.readAllStandardOutput(); });
    connect(&m_process, &QProcess::readyReadStandardError, this,
            [this] { m_err += m_process.readAllStandardError(); });
}

Program::~Program()
{
    m_process.disconnect(this);
    // A program that exits by itself writes its coverage and leak data. The second signal cuts the drain
    // short.
    for (int i = 0; i < 2 && m_process.state() != QProcess::NotRunning; ++i) {
        m_process.terminate();
        m_process.waitForFinished(kGoodbyeMs);
    }
    m_process.kill();
    m_process.waitForFinished();
}

void Program::start()
{
    m_process.setProcessEnvironment(m_environment);
    m_process.setWorkingDirectory(m_directory.path());
    m_process.start(m_command.first(), m_command.mid(1));
}

int Program::run()
{
    start();
    waitForEnd();
    return exitCode();
}

bool Program::waitForEnd()
{
    return QTest::qWaitFor([this] { return hasEnded(); }, kPatienceMs);
}

void Program::setEnvironment(const QString &name, const QString &value)
{
    m_environment.insert(name, value);
}

void Program::writeFile(const QString &name, const QByteArray &text)
{
    QFile file(m_directory.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
}

void Program::send(int signal) const
{
    ::kill(static_cast<pid_t>(pid()), signal);
}

int Program::exitCode() const
{
    const bool ended = m_process.state() == QProcess::NotRunning;
    return ended && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
}

QByteArray Program::logged(const QString &pattern) const
{
    return QRegularExpression(pattern).match(QString::fromUtf8(m_err)).captured(1).toUtf8();
}

void Program::setStandardError(int descriptor)
{
    m_process.setChildProcessModifier([descriptor] { ::dup2(descriptor, STDERR_FILENO); });
}

qint64 Program::memoryKib(const QByteArray &name) const
{
    for (const QByteArray &line : contents(u"/proc/%1/status"_s.arg(pid())).split('\n')) {
        if (line.startsWith(name + ':'))
            return line.mid(name.size() + 1).simplified().split(' ').first().toLongLong();
    }
    return -1;
}

QStringList Program::descriptors() const
{
    QStringList all;
    std::error_code gone;
    const std::filesystem::directory_iterator entries("/proc/" + std::to_string(pid()) + "/fd", gone);
    for (const auto &entry : entries)
        all.append(QString::fromStdString(std::filesystem::read_symlink(entry.path(), gone).string()));
    return all;
}

std::chrono::milliseconds Program::cpuTime() const
{
    // Skips the process name, which may contain spaces. State is field 3; utime and stime are 14 and 15
    // (proc(5)).
    const QByteArray stat = contents(u"/proc/%1/stat"_s.arg(pid()));
    const QByteArrayList fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
    const qint64 ticks = fields.value(11).toLongLong() + fields.value(12).toLongLong();
    return std::chrono::milliseconds(ticks * 1000 / ::sysconf(_SC_CLK_TCK));
}

HoldlineProgram::HoldlineProgram(const QStringList &arguments, const QStringList &prefix, const QString &host)
    : Program(prefix +
              QStringList{QStringLiteral(HOLDLINE_PROGRAM), u"--listen"_s, host + u":0"_s,
                          u"--admin-listen"_s, u"127.0.0.1:0"_s} +
              arguments)
{
    // One thread on every machine. CTest repeats some tests with more threads.
    setEnvironment(u"HOLDLINE_THREADS"_s, qEnvironmentVariable("HOLDLINE_TEST_THREADS", u"1"_s));
}

bool HoldlineProgram::startListening()
{
    start();
    const auto portOf = [this](const QString &what) {
        return logged(u"for %1 on \\S*:(\\d+)"_s.arg(what)).toUShort();
    };
    const auto listens = [&] {
        m_port = portOf(u"clients"_s);
        m_adminPort = portOf(u"administration"_s);
        return m_port != 0 && m_adminPort != 0;
    };
    return QTest::qWaitFor([&] { return listens() || hasEnded(); }, kPatienceMs) && listens();
}

QByteArray HoldlineProgram::admin(const QByteArray &path) const
{
    return ask(m_adminPort, RawHttpClient::get(path)).body;
}

double HoldlineProgram::metric(const QByteArray &name) const
{
    return metricIn(admin("/metrics"), name);
}

}  // namespace holdline::test
