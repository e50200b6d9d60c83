// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/rawhttpclient.h"
#include "tests/support/scriptedserver.h"

#include <chrono>
#include <functional>

namespace holdline::test {

/// Runs the event loop until the condition is true. Looks after each event, and every two milliseconds for
/// what other threads do. QTest's own waits sleep 10 to 50 ms between two looks. Returns false after
/// `patience`.
bool waitUntil(const std::function<bool()> &condition,
               std::chrono::milliseconds patience = std::chrono::seconds(60));

/// QTRY_COMPARE without its sleep.
#define SOON_COMPARE(actual, expected)                                                        \
    do {                                                                                      \
        static_cast<void>(holdline::test::waitUntil([&] { return (actual) == (expected); })); \
        QCOMPARE(actual, expected);                                                           \
    } while (false)

/// The id in a ScriptedServer's default answer to a start.
inline constexpr char kScriptedId[] = "4499a6e0c2ef4b98";

/// Sends one request on a connection of its own and waits in a test loop. Status 0 means no response.
RawAnswer ask(quint16 port, const QByteArray &request);

/// `POST /start` of a blocking job.
QByteArray startRequest(const QByteArray &account, const QByteArray &fields = {});
/// The body of a callback.
QByteArray result(const QByteArray &id = kScriptedId, const QByteArray &state = "completed");
/// The callback address in the body of a start.
QUrl callbackOf(const ScriptedServer::Arrival &start);
/// Posts a callback to the address in the start.
RawAnswer postCallback(const ScriptedServer::Arrival &start, const QByteArray &body = result());

/// The value of a metric in Prometheus text; -1 when it does not exist. `name` includes the labels as in the
/// line.
double metricIn(const QByteArray &text, const QByteArray &name);

}  // namespace holdline::test
