// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/rawhttpclient.h"
#include "tests/support/scriptedserver.h"

namespace holdline::test {

/// The id in a ScriptedServer's default answer to a start.
inline constexpr char kScriptedId[] = "4499a6e0c2ef4b98";

/// One request on a connection of its own; waits in a test loop. Status 0: no answer.
RawAnswer ask(quint16 port, const QByteArray &request);

/// `POST /start` of a blocking job.
QByteArray startRequest(const QByteArray &account, const QByteArray &fields = {});
/// A callback's body.
QByteArray result(const QByteArray &id = kScriptedId, const QByteArray &state = "completed");
/// The callback address in a start's body.
QUrl callbackOf(const ScriptedServer::Arrival &start);
/// Delivers a callback to where the start asked for it.
RawAnswer postCallback(const ScriptedServer::Arrival &start, const QByteArray &body = result());

/// The value of a metric in Prometheus text, labels and all as they stand in the line; -1 when there is none.
double metricIn(const QByteArray &text, const QByteArray &name);

}  // namespace holdline::test
