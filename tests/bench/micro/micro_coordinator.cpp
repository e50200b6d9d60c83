// SPDX-License-Identifier: GPL-3.0-or-later
// Measures the coordinator's CPU time per job. The upstream, the store and the clients are cheap fakes.
#include "service/holdline/jobs/jobcoordinator.h"
#include "tests/support/fakejobstore.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::test;

namespace {

class QuietExchange : public Exchange
{
public:
    explicit QuietExchange(int &answers) : m_answers(answers) {}
    void answer(const http::Response &response) override { m_answers += response.status == 200 ? 1 : 0; }
    bool isOpen() const override { return true; }

private:
    int &m_answers;
};

class QuietStarter : public JobStarter
{
public:
    void start(Ticket ticket, const StartCall &call) override
    {
        last = ticket;
        const qsizetype end = call.body.lastIndexOf('"');
        token = call.body.sliced(end - CallbackToken::kTextLength, CallbackToken::kTextLength);
    }
    void accept()
    {
        StartResult result;
        result.fate = StartResult::Fate::Accepted;
        result.status = 200;
        result.contentType = QByteArrayLiteral("application/json");
        result.body = QByteArrayLiteral(R"({"state":"running","id":"1f"})");
        result.upstreamId = QByteArrayLiteral("1f");
        Q_EMIT finished(last, result);
    }

    Ticket last = 0;
    QByteArray token;
};

http::Request post(const QByteArray &body, http::HeaderFields headers)
{
    http::Request request;
    request.method = QByteArrayLiteral("POST");
    request.target = QByteArrayLiteral("/start");
    request.headers = std::move(headers);
    request.body = body;
    request.requestId = QByteArrayLiteral("request-1");
    request.peer = QByteArrayLiteral("127.0.0.1:5000");
    return request;
}

}  // namespace

class MicroCoordinator : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plainJob();
    void keyedJob();
};

/// Measures from the request to both responses: that of the client and that of the callback.
void MicroCoordinator::plainJob()
{
    QuietStarter starter;
    QuietStarter queries;
    FakeJobStore store;
    JobCoordinator coordinator(Config(), QByteArrayLiteral("http://cb/callback"), starter, queries, store);
    const http::Request start =
        post(QByteArrayLiteral(R"({"account":"account-1","wait":true})"),
             {{"Host", "h"}, {"Content-Type", "application/json"}, {"Accept", "*/*"}});
    const http::Request callback =
        post(QByteArrayLiteral(R"({"id":"1f","state":"completed","proof":"AB12"})"),
             {{"Content-Type", "application/json"}});
    int jobs = 0;
    int answers = 0;
    QBENCHMARK
    {
        ++jobs;
        coordinator.hold(start, parseStart(start.body), std::make_unique<QuietExchange>(answers));
        starter.accept();
        coordinator.callback(starter.token, callback, std::make_unique<QuietExchange>(answers));
    }
    QCOMPARE(answers, 2 * jobs);
}

/// The same with an Idempotency-Key: one look-up and the writes, each completed in the next turn of the event
/// loop.
void MicroCoordinator::keyedJob()
{
    QuietStarter starter;
    QuietStarter queries;
    FakeJobStore store;
    JobCoordinator coordinator(Config(), QByteArrayLiteral("http://cb/callback"), starter, queries, store);
    const QByteArray body = QByteArrayLiteral(R"({"account":"account-1","wait":true})");
    const http::Request callback =
        post(QByteArrayLiteral(R"({"id":"1f","state":"completed","proof":"AB12"})"),
             {{"Content-Type", "application/json"}});
    int jobs = 0;
    int answers = 0;
    QBENCHMARK
    {
        const QByteArray key = QByteArray::number(++jobs);
        starter.token.clear();
        coordinator.hold(post(body, {{"Host", "h"}, {"Idempotency-Key", key}}), parseStart(body),
                         std::make_unique<QuietExchange>(answers));
        while (starter.token.isEmpty())
            QCoreApplication::processEvents();
        starter.accept();
        coordinator.callback(starter.token, callback, std::make_unique<QuietExchange>(answers));
        while (answers < 2 * jobs)
            QCoreApplication::processEvents();
        // The fake store must not grow with the number of jobs.
        store.records.clear();
        store.puts.clear();
    }
    QCOMPARE(answers, 2 * jobs);
}

HOLDLINE_TEST(MicroCoordinator)
#include "micro_coordinator.moc"
