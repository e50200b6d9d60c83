// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/childprocess.h"

#include "tests/bench/procfs.h"

#include <QFile>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int kCannotRun = 127;

std::chrono::nanoseconds duration(const timeval &time)
{
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

bool configuresHoldline(const std::string &variable)
{
    return variable.starts_with("HOLDLINE_") || variable.starts_with("PORT=") ||
           variable.starts_with("CALLBACK_URL=") || variable.starts_with("RUNTIME_DIRECTORY=") ||
           variable.starts_with("XDG_RUNTIME_DIR=") || variable.starts_with("STATE_DIRECTORY=");
}

std::vector<char *> pointers(std::vector<std::string> &texts)
{
    std::vector<char *> list;
    for (std::string &text : texts)
        list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

void giveUp(const QString &why)
{
    std::fprintf(stderr, "bench: %s\n", qPrintable(why));
    std::exit(EXIT_FAILURE);
}

ChildProcess::ChildProcess(const QStringList &command)
{
    // Everything that allocates memory must come before fork().
    std::vector<std::string> arguments;
    for (const QString &argument : command)
        arguments.push_back(argument.toStdString());
    std::vector<std::string> environment;
    for (char **variable = environ; *variable != nullptr; ++variable) {
        if (!configuresHoldline(*variable))
            environment.emplace_back(*variable);
    }
    const std::string directory = m_directory.path().toStdString();
    environment.push_back("STATE_DIRECTORY=" + directory);
    const std::vector<char *> argumentList = pointers(arguments);
    const std::vector<char *> environmentList = pointers(environment);
    const pid_t parent = ::getpid();

    m_pid = ::fork();
    if (m_pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND;
        // The parent may have ended before prctl() took effect.
        if (::getppid() != parent || ::chdir(directory.c_str()) != 0 ||
            ::dup2(::open("out", kFlags, 0600), STDOUT_FILENO) < 0 ||
            ::dup2(::open("err", kFlags, 0600), STDERR_FILENO) < 0)
            ::_exit(kCannotRun);
        ::execve(argumentList.front(), argumentList.data(), environmentList.data());
        ::_exit(kCannotRun);
    }
    if (m_pid < 0)
        giveUp(u"cannot start a process: %1"_s.arg(QString::fromLocal8Bit(std::strerror(errno))));
    m_pidfd = static_cast<int>(::syscall(SYS_pidfd_open, m_pid, 0));
    if (m_pidfd < 0)
        giveUp(u"pidfd_open: %1"_s.arg(QString::fromLocal8Bit(std::strerror(errno))));
}

ChildProcess::~ChildProcess()
{
    if (!m_ended) {
        ::kill(m_pid, SIGKILL);
        ::waitpid(m_pid, nullptr, 0);
    }
    ::close(m_pidfd);
}

std::chrono::nanoseconds ChildProcess::cpu() const
{
    return m_ended ? m_ended->cpu : processCpu(m_pid);
}

qint64 ChildProcess::residentBytes() const
{
    return statusKib(contents(u"/proc/%1/status"_s.arg(m_pid)), "VmRSS").value_or(0) * 1024;
}

QByteArray ChildProcess::out() const
{
    return contents(m_directory.filePath(u"out"_s));
}

QByteArray ChildProcess::err() const
{
    return contents(m_directory.filePath(u"err"_s));
}

void ChildProcess::send(int signal) const
{
    if (!m_ended)
        ::kill(m_pid, signal);
}

std::optional<Ended> ChildProcess::waitForEnd(std::chrono::milliseconds patience)
{
    if (m_ended)
        return m_ended;
    pollfd ended{m_pidfd, POLLIN, 0};
    if (::poll(&ended, 1, static_cast<int>(patience.count())) <= 0)
        return std::nullopt;
    int status = 0;
    rusage usage{};
    if (::wait4(m_pid, &status, 0, &usage) != m_pid)
        return std::nullopt;
    m_ended = {WIFEXITED(status) ? WEXITSTATUS(status) : -1,
               duration(usage.ru_utime) + duration(usage.ru_stime)};
    return m_ended;
}

}  // namespace holdline::bench
