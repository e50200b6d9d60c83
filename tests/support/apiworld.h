// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/httpserver/httpserver.h"
#include "service/holdline/jobsapi/jobsapi.h"
#include "tests/support/fakejobdirectory.h"
#include "tests/support/rawhttpclient.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <memory>
#include <utility>
#include <vector>

namespace holdline::test {

/// Serves the jobs API (JobsApi) over HTTP on a port that the system picks. The job directory is a fake.
class ApiWorld
{
public:
    explicit ApiWorld(const JobsApi::Options &options = {})
        : server(std::make_unique<HttpServer>(http::Limits())),
          api(std::make_unique<JobsApi>(directory, options))
    {
        api->serve(*server);
        QObject::connect(api.get(), &JobsApi::answered, api.get(),
                         [this](ApiRoute route, int status) { answered.emplace_back(route, status); });
        QObject::connect(api.get(), &JobsApi::requestRefused, api.get(),
                         [this](const http::Request &request, const Problem &problem) {
                             refused.push_back(problem.reason);
                             refusedTargets.push_back(request.target);
                         });
        QVERIFY(server->listener().listen(QHostAddress::LocalHost, 0));
    }

    quint16 port() const { return server->listener().port(); }

    FakeJobDirectory directory;
    std::unique_ptr<HttpServer> server;
    std::unique_ptr<JobsApi> api;
    std::vector<std::pair<ApiRoute, int>> answered;
    std::vector<Reason> refused;
    std::vector<QByteArray> refusedTargets;
};

inline QJsonObject jsonOf(const RawAnswer &answer)
{
    return QJsonDocument::fromJson(answer.body).object();
}

inline QString codeOf(const RawAnswer &answer)
{
    return jsonOf(answer).value(QStringLiteral("code")).toString();
}

inline QString stateOf(const RawAnswer &answer)
{
    return jsonOf(answer).value(QStringLiteral("state")).toString();
}

inline QByteArray deleteRequest(const QByteArray &target)
{
    return "DELETE " + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

}  // namespace holdline::test
