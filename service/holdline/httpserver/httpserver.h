// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/problem.h"
#include "service/holdline/ports/exchange.h"
#include "service/http/httplistener.h"

#include <QByteArrayList>

#include <memory>
#include <utility>
#include <vector>

namespace holdline {

/// A QHttpServer behind an HttpListener. The listener owns the sockets and passes only complete, valid
/// requests to QHttpServer's router. The listener also sends the responses. See
/// resources/docs/architecture.md, "The listener".
///
/// Lifetime: construct, route(), then let listener() listen. Destroy the server only when all Exchanges are
/// answered or destroyed. Thread: one thread.
class HttpServer : public QObject
{
    Q_OBJECT

public:
    explicit HttpServer(const http::Limits &limits, QObject *parent = nullptr);
    ~HttpServer() override;

    /// Returns whether a route exists for a request. Pure.
    using Guard = std::function<bool(const http::Request &request)>;

    /// Adds a route. `path` is in normal form (normalPath()), and `<arg>` in it matches one path segment. All
    /// other characters match themselves. A request's path may have one more slash at its end; the handler
    /// gets the path without that slash. Handlers own the exchange and read the segments from
    /// Request::path(). A GET route also answers HEAD. Other methods of a known path get 405 with Allow,
    /// other paths get 404, both as problems. With a guard, the route exists only for requests for which the
    /// guard returns true.
    void route(const QByteArray &method, const QByteArray &path, RequestHandler handler, Guard guard = {});

    /// Routes that may change while the server runs. They are tried when no route of route() matches a path.
    struct ChangingRoutes
    {
        /// Returns the methods that a path allows. Gets the path without a slash at its end. Returns an empty
        /// list when no route serves the path.
        std::function<QByteArrayList(QByteArrayView path)> methods;
        /// Handles the request. Gets the request as received, with a slash at the end of its path.
        RequestHandler handler;
    };
    void setChangingRoutes(ChangingRoutes routes);

    /// Returns all methods and paths given to route(), sorted.
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
