// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/jobserver/jobserver.h"
#include "tests/support/asking.h"
#include "tests/support/program.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <csignal>
#include <map>
#include <memory>

namespace holdline::test {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

/// Returns the words that go before a program to make its system calls fail by these rules; see
/// failingcalls.cpp. The folder `mark` is created when a call fails.
inline QStringList failingCalls(const QString &rules, const QString &mark = {})
{
    // Without this option, AddressSanitizer requires to be loaded first. The order does not matter here.
    QStringList words{u"env"_s, u"LD_PRELOAD=" HOLDLINE_FAILING_CALLS ""_s,
                      u"ASAN_OPTIONS=verify_asan_link_order=0"_s, u"FAILING_CALLS="_s + rules};
    if (!mark.isEmpty())
        words.append(u"FAILING_CALLS_MARK="_s + mark);
    return words;
}

/// Returns the words that go before a program to make its wall clock wrong. The file contains the number of
/// seconds; see wrongclock.cpp.
inline QStringList wrongClock(const QString &file)
{
    return failingCalls({}) + QStringList{u"WRONG_CLOCK="_s + file};
}

/// The program holdline with a store in a folder that the test may damage. Its job server counts the jobs
/// that it started for each order.
class StoreWorld
{
public:
    /// `duration` is the duration of each job.
    explicit StoreWorld(std::chrono::milliseconds duration = 5ms) : m_upstream(options(duration))
    {
        if (!m_upstream.listen(QHostAddress::LocalHost, 0))
            qFatal("jobserver cannot listen");
        QObject::connect(
            &m_upstream, &JobServer::jobStarted, &m_upstream,
            [this](const JobRequest &request, const QByteArray &) { ++m_starts[request.order]; });
    }

    static JobServerOptions options(std::chrono::milliseconds duration)
    {
        JobServerOptions options;
        options.duration = duration;
        options.secret = "secret";
        options.callbackRetries = 100;
        options.callbackBackoff = 20ms;
        return options;
    }

    QString folder() const { return m_folder.path(); }
    QString file() const { return m_folder.filePath(u"holdline.db"_s); }

    /// Starts a new service process with the store in file(). `prefix` goes before the program.
    bool start(const QStringList &prefix = {}, const QStringList &arguments = {})
    {
        m_program = std::make_unique<HoldlineProgram>(
            QStringList{u"--store"_s, file(), u"--monitor-socket"_s, u"off"_s, u"--upstream"_s,
                        u"http://127.0.0.1:%1/start"_s.arg(m_upstream.port())} +
                arguments,
            prefix);
        return m_program->startListening();
    }
    HoldlineProgram &program() { return *m_program; }
    /// Sends SIGTERM. Returns true when the program exits normally.
    bool stop()
    {
        m_program->send(SIGTERM);
        return m_program->waitForEnd() && m_program->exitCode() == 0;
    }
    void kill()
    {
        m_program->send(SIGKILL);
        m_program->waitForEnd();
    }

    RawAnswer keyed(const QByteArray &key, const QByteArray &fields = {})
    {
        return post(key, "Idempotency-Key: \"" + key + "\"\r\n" + fields);
    }
    RawAnswer plain(const QByteArray &order) { return post(order, {}); }
    /// Returns the number of jobs that the upstream started with this key or order.
    int starts(const QByteArray &order) const
    {
        const auto it = m_starts.find(order);
        return it == m_starts.end() ? 0 : it->second;
    }
    static QByteArray code(const RawAnswer &answer)
    {
        return QJsonDocument::fromJson(answer.body).object().value("code"_L1).toString().toLatin1();
    }

private:
    RawAnswer post(const QByteArray &order, const QByteArray &fields)
    {
        return ask(m_program->port(),
                   RawHttpClient::post("/start", R"({"account":"a","order":")" + order + R"(","wait":true})",
                                       fields));
    }

    QTemporaryDir m_folder;
    JobServer m_upstream;
    std::map<QByteArray, int> m_starts;
    std::unique_ptr<HoldlineProgram> m_program;
};

/// Checks a service without a usable store: it refuses durable jobs and runs plain jobs.
inline void refusesDurableJobsOnly(StoreWorld &world)
{
    for (const QByteArray &fields : {""_ba, "Prefer: respond-async\r\n"_ba}) {
        const RawAnswer refused = world.keyed("refused", fields);
        QCOMPARE(refused.status, 503);
        QCOMPARE(StoreWorld::code(refused), "store_unavailable"_ba);
        QVERIFY(refused.headers.value("Retry-After").toInt() > 0);
    }
    QCOMPARE(world.starts("refused"), 0);
    const int before = world.starts("plain");
    QCOMPARE(world.plain("plain").status, 200);
    QCOMPARE(world.starts("plain"), before + 1);
    const quint16 port = world.program().adminPort();
    QCOMPARE(ask(port, RawHttpClient::get("/livez")).status, 200);
    // The service still counts as ready, because it runs plain jobs.
    QCOMPARE(ask(port, RawHttpClient::get("/readyz")).status, 200);
    QVERIFY(world.program().isRunning());
}

/// Checks that the store recovers without a restart. A job that was refused earlier then runs once.
inline void takesDurableJobsAgain(StoreWorld &world)
{
    RawAnswer answer;
    QTRY_VERIFY_WITH_TIMEOUT((answer = world.keyed("refused")).status != 503, 30'000);
    QCOMPARE(answer.status, 200);
    QCOMPARE(world.starts("refused"), 1);
    const RawAnswer again = world.keyed("refused");
    QCOMPARE(again.body, answer.body);
    QCOMPARE(again.headers.value("Idempotent-Replayed"), "true"_ba);
    QCOMPARE(world.starts("refused"), 1);
}

}  // namespace holdline::test
