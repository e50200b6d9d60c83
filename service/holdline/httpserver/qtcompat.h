// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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

/// A kept responder keeps its connection from taking another request until it is destroyed.
constexpr bool kResponderNeedsSocket = true;

#else

using ResponderArgument = QHttpServerResponder &&;

template <typename Handler>
void setMissingHandler(QHttpServer &server, const QObject *, Handler handler)
{
    server.setMissingHandler(std::move(handler));
}

/// A kept responder has no hold on its connection, but for a pointer that is used when it writes. Ours never
/// do.
constexpr bool kResponderNeedsSocket = false;

#endif

}  // namespace holdline::qtcompat
