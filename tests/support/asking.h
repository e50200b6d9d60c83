// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/rawhttpclient.h"
#include "tests/support/scriptedserver.h"

#include <chrono>
#include <functional>

namespace holdline::test {

/// Runs the event loop until the condition is true. Checks the condition after each event, and every two
/// milliseconds, because other threads may change it. QTest's own waits sleep 10 to 50 ms between two checks.
/// Returns false after `patience`.
bool waitUntil(const std::function<bool()> &condition,
               std::chrono::milliseconds patience = std::chrono::seconds(60));

/// Like QTRY_COMPARE, but checks every two milliseconds and not every 50 (see waitUntil()).
#define SOON_COMPARE(actual, expected)                                                        \
    do {                                                                                      \
        static_cast<void>(holdline::test::waitUntil([&] { return (actual) == (expected); })); \
        QCOMPARE(actual, expected);                                                           \
    } while (false)

/// The job's id in a ScriptedServer's default answer to a start request.
inline constexpr char kScriptedId[] = "4499a6e0c2ef4b98";

/// Sends one request on a new connection and runs the event loop until the response is complete. Status 0
/// means no response.
RawAnswer ask(quint16 port, const QByteArray &request);

/// Returns the bytes of a `POST /start` request for a blocking job. `fields` are extra header fields.
QByteArray startRequest(const QByteArray &account, const QByteArray &fields = {});
/// Returns the body of a callback.
QByteArray result(const QByteArray &id = kScriptedId, const QByteArray &state = "completed");
/// Returns the callback URL in the body of a start request.
QUrl callbackOf(const ScriptedServer::Arrival &start);
/// Posts a callback to the callback URL of the start request and returns the response.
RawAnswer postCallback(const ScriptedServer::Arrival &start, const QByteArray &body = result());

/// Returns the value of a metric in Prometheus text, or -1 when the metric does not exist. `name` includes
/// the labels as written in the text.
double metricIn(const QByteArray &text, const QByteArray &name);

}  // namespace holdline::test
