// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/postrole.h"

#include "core/eventloop/epolldispatcher.h"
#include "service/http/httplistener.h"
#include "service/httpclient/pooledaccessmanager.h"

#include <QCoreApplication>
#include <QNetworkReply>

#include <chrono>
#include <cstdio>
#include <memory>

#include <sys/resource.h>

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

constexpr int kWarmUpPosts = 500;

/// Returns the user and system CPU time of this process, all threads.
std::chrono::microseconds ownCpu()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

int serve()
{
    http::HttpListener listener(http::Limits{});
    QObject::connect(&listener, &http::HttpListener::requestReceived, &listener,
                     [&listener](http::ExchangeId exchange) {
                         listener.respond(exchange, {200,
                                                     {{"Content-Type", "application/json"}},
                                                     "{\"state\":\"running\",\"id\":\"4499a6e0c2ef4b98\"}",
                                                     false});
                     });
    if (!listener.listen(QHostAddress::LocalHost, 0))
        return 1;
    std::printf("port %d\n", listener.port());
    std::fflush(stdout);
    return QCoreApplication::exec();
}

/// Sends start requests, several at a time, each for its own account as in holdline's lanes. Measures their
/// CPU time after a warm-up.
class Poster : public QObject
{
public:
    Poster(QNetworkAccessManager &manager, quint16 port, int posts)
        : m_manager(manager), m_request(QUrl(u"http://127.0.0.1:%1/start"_s.arg(port))), m_posts(posts)
    {
        m_request.setHeader(QNetworkRequest::ContentTypeHeader, "application/json"_ba);
    }

    int run(int atOnce)
    {
        for (int i = 0; i < atOnce; ++i)
            post(i);
        QCoreApplication::exec();
        std::printf("%.2f %d\n", static_cast<double>((m_cpuAfter - m_cpuBefore).count()) / m_posts, m_errors);
        return 0;
    }

private:
    void post(int account)
    {
        m_request.setAttribute(PooledAccessManager::AffinityAttribute, QByteArray::number(account));
        QNetworkReply *reply = m_manager.post(
            m_request,
            "{\"account\":\"example\",\"wait\":false,"
            "\"callback\":\"http://127.0.0.1:3738/callback/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}"_ba);
        connect(reply, &QNetworkReply::finished, this, [this, reply, account] { finished(*reply, account); });
    }

    void finished(QNetworkReply &reply, int account)
    {
        const bool good = reply.error() == QNetworkReply::NoError && reply.readAll().contains("running");
        m_errors += good ? 0 : 1;
        reply.deleteLater();
        ++m_done;
        if (m_done == kWarmUpPosts)
            m_cpuBefore = ownCpu();
        if (m_done == kWarmUpPosts + m_posts) {
            m_cpuAfter = ownCpu();
            QCoreApplication::quit();
            return;
        }
        post(account);
    }

    QNetworkAccessManager &m_manager;
    QNetworkRequest m_request;
    const int m_posts;
    int m_done = 0;
    int m_errors = 0;
    std::chrono::microseconds m_cpuBefore{0};
    std::chrono::microseconds m_cpuAfter{0};
};

}  // namespace

std::optional<int> playRole(int argc, char **argv)
{
    if (argc < 3 || argv[1] != "--role"_ba)
        return std::nullopt;
    qputenv("QT_NO_GLIB", "1");
    if (argc < 5 || argv[4] != "qt"_ba)
        QCoreApplication::setEventDispatcher(new EpollDispatcher);
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments().mid(2);
    if (arguments == QStringList{u"upstream"_s})
        return serve();
    if (arguments.size() != 6 || arguments.first() != "post"_L1)
        return 64;
    std::unique_ptr<QNetworkAccessManager> manager;
    if (arguments[1] == "pooled"_L1)
        manager = std::make_unique<PooledAccessManager>();
    else
        manager = std::make_unique<QNetworkAccessManager>();
    return Poster(*manager, arguments[3].toUShort(), arguments[4].toInt()).run(arguments[5].toInt());
}

}  // namespace holdline::bench
