// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

#include <QHttpServer>
#include <QHttpServerResponder>
#include <QObject>

#include <utility>

/// What differs between Qt 6.4 and Qt 6.8 in QtHttpServer; the only place that asks for the version.
namespace holdline::qtcompat {

#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)

using ResponderArgument = QHttpServerResponder &;

template <typename Handler>
void setMissingHandler(QHttpServer &server, const QObject *context, Handler handler)
{
    server.setMissingHandler(context, std::move(handler));
}

inline void write(QHttpServerResponder &responder, const http::Response &response)
{
    QHttpHeaders headers;
    for (const auto &[name, value] : response.headers)
        headers.append(name, value);
    responder.write(response.body, headers, static_cast<QHttpServerResponder::StatusCode>(response.status));
}

#else

using ResponderArgument = QHttpServerResponder &&;

template <typename Handler>
void setMissingHandler(QHttpServer &server, const QObject *, Handler handler)
{
    server.setMissingHandler(std::move(handler));
}

inline void write(QHttpServerResponder &responder, const http::Response &response)
{
    responder.writeStatusLine(static_cast<QHttpServerResponder::StatusCode>(response.status));
    for (const auto &[name, value] : response.headers)
        responder.writeHeader(name, value);
    responder.writeBody(response.body);
}

#endif

}  // namespace holdline::qtcompat
