// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/problem.h"
#include "service/holdline/ports/exchange.h"
#include "service/http/httplistener.h"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace holdline {

/// QHttpServer behind a HttpListener: the listener owns the sockets and lets only whole, valid requests
/// through to QHttpServer's router; answers go back through the listener. See resources/docs/architecture.md,
/// "The listener".
///
/// Life: construct, route(), listen(). Destroy after every Exchange it handed out has been answered or
/// dropped.
class HttpServer : public QObject
{
    Q_OBJECT

public:
    /// The handler owns the exchange and answers it now or later.

    explicit HttpServer(const http::Limits &limits, QObject *parent = nullptr);
    ~HttpServer() override;

    /// `path` is a QHttpServer pattern; `<arg>` stands for one path segment (handlers read Request::path()).
    /// A GET route answers HEAD too; other methods of a known path get 405 with Allow, other paths 404, both
    /// as problems.
    void route(const QByteArray &method, const QByteArray &path, RequestHandler handler);

    /// All that route() was told, sorted: methods and patterns.
    std::vector<std::pair<QByteArray, QByteArray>> routes() const;

    http::HttpListener &listener();

Q_SIGNALS:
    /// A request that no handler saw, answered by this class: 404 or 405.
    void requestRefused(const holdline::http::Request &request, const holdline::Problem &problem);

private:
    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace holdline
