// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/serviceplace.h"

namespace holdline::crash {

using namespace Qt::StringLiterals;

namespace {

QString local(quint16 port)
{
    return u"127.0.0.1:"_s + QString::number(port);
}

}  // namespace

harness::ServiceCommand ServicePlace::command(const LifePlan &life,
                                              const QProcessEnvironment &surroundings) const
{
    harness::ServiceCommand result;
    result.program = program;
    result.arguments = {u"--listen"_s,          local(port),
                        u"--admin-listen"_s,    local(adminPort),
                        u"--monitor-socket"_s,  u"off"_s,
                        u"--upstream"_s,        u"http://"_s + local(upstreamPort) + u"/start"_s,
                        u"--store"_s,           store,
                        u"--threads"_s,         QString::number(life.threads),
                        u"--job-deadline"_s,    QString::number(jobDeadline.count()) + u"ms"_s,
                        u"--retry-ambiguous"_s, ambiguousAlways ? u"always"_s : u"never"_s};
    result.environment = surroundings;
    result.killsItself = !life.point.isEmpty();
    if (result.killsItself)
        result.environment.insert(u"HOLDLINE_CRASH_AT"_s,
                                  u"%1:%2"_s.arg(QString::fromLatin1(life.point)).arg(life.passing));
    return result;
}

}  // namespace holdline::crash
