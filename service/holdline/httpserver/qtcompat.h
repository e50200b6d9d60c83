// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHttpServer>
#include <QHttpServerResponder>
#include <QObject>

#include <utility>

/// Hides the differences of QtHttpServer between Qt 6.4 and Qt 6.8. No other file checks the version.
namespace holdline::qtcompat {

#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)

using ResponderArgument = QHttpServerResponder &;

template <typename Handler>
void setMissingHandler(QHttpServer &server, const QObject *context, Handler handler)
{
    server.setMissingHandler(context, std::move(handler));
}

/// True: until a responder is destroyed, its connection takes no other request.
constexpr bool kResponderNeedsSocket = true;

#else

using ResponderArgument = QHttpServerResponder &&;

template <typename Handler>
void setMissingHandler(QHttpServer &server, const QObject *, Handler handler)
{
    server.setMissingHandler(std::move(handler));
}

/// False: a responder only holds a pointer to its connection and uses the pointer for writing. This program
/// never writes through a responder.
constexpr bool kResponderNeedsSocket = false;

#endif

}  // namespace holdline::qtcompat
