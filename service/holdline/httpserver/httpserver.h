// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/problem.h"
#include "service/holdline/ports/exchange.h"
#include "service/http/httplistener.h"

#include <memory>
#include <utility>
#include <vector>

namespace holdline {

/// A QHttpServer behind an HttpListener. The listener owns the sockets and passes only whole, valid requests
/// to QHttpServer's router. Responses go back through the listener. See resources/docs/architecture.md, "The
/// listener".
///
/// Life: construct, route(), listen(). Destroy it only when all Exchanges are answered or destroyed. Thread:
/// one thread.
class HttpServer : public QObject
{
    Q_OBJECT

public:
    /// The handler owns the exchange and answers it now or later.

    explicit HttpServer(const http::Limits &limits, QObject *parent = nullptr);
    ~HttpServer() override;

    /// Adds a route. `path` is a QHttpServer pattern, `<arg>` matches one path segment. Handlers read the
    /// segments from Request::path(). A GET route also answers HEAD. Other methods of a known path get 405
    /// with Allow, other paths get 404, both as problems.
    void route(const QByteArray &method, const QByteArray &path, RequestHandler handler);

    /// All methods and patterns given to route(), sorted.
    std::vector<std::pair<QByteArray, QByteArray>> routes() const;

    http::HttpListener &listener();

Q_SIGNALS:
    /// Emitted after this class itself answered a request with 404 or 405, because no handler
    /// matched.
    void requestRefused(const holdline::http::Request &request, const holdline::Problem &problem);

private:
    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace holdline
