// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/machine.h"

#include "core/eventloop/descriptorlimit.h"
#include "tests/bench/procfs.h"

#include <QFile>
#include <QThread>

#include <cstdlib>

#include <sys/utsname.h>

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr bool isOptimised()
{
#ifdef __OPTIMIZE__
    return true;
#else
    return false;
#endif
}

constexpr bool isInstrumented()
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

}  // namespace

Machine Machine::thisOne()
{
    Machine machine;
    QFile cpuinfo(u"/proc/cpuinfo"_s);
    if (cpuinfo.open(QIODevice::ReadOnly))
        machine.cpu = QString::fromUtf8(cpuInfo(cpuinfo.readAll(), "model name"));
    if (machine.cpu.isEmpty())
        machine.cpu = u"unknown processor"_s;
    machine.cores = QThread::idealThreadCount();
    utsname names{};
    if (::uname(&names) == 0)
        machine.kernel = QString::fromUtf8(names.sysname) + u' ' + QString::fromUtf8(names.release);
    machine.qt = QString::fromUtf8(qVersion());
    machine.compiler = u"GCC "_s;
#ifdef __clang__
    machine.compiler = u"Clang "_s;
#endif
    machine.compiler += QString::fromUtf8(__VERSION__);
    machine.build = QStringLiteral(HOLDLINE_BUILD_TYPE);
    ::getloadavg(&machine.load, 1);
    machine.descriptors = raiseDescriptorLimit();
    return machine;
}

QString Machine::text() const
{
    return u"%1, %2 cores; %3; Qt %4; %5; %6 build; %7 descriptors; load %8 before"_s.arg(cpu)
        .arg(cores)
        .arg(kernel, qt, compiler, build)
        .arg(descriptors)
        .arg(load, 0, 'f', 1);
}

QStringList Machine::warnings() const
{
    QStringList all;
    if (isInstrumented())
        all += u"built with a sanitizer: the figures mean nothing"_s;
    else if (!isOptimised())
        all += u"not an optimised build: the figures mean little"_s;
    if (load > cores / 2.0)
        all += u"the machine was busy before: expect noise"_s;
    return all;
}

}  // namespace holdline::bench
