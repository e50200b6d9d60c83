// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/rawhttpclient.h"
#include "tests/support/scriptedserver.h"

namespace holdline::test {

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
