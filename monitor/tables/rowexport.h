// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/recordtable.h"

#include <QByteArray>
#include <QString>

#include <functional>
#include <span>

class QIODevice;

/// Rows as text for other programs: the clipboard, spreadsheets, shells. Numbers without units or groups of
/// digits (durations in ms), times of day in UTC (RFC 3339), so that they can be reckoned with.
namespace holdline::monitor {

enum class TableFormat { Csv, Tsv, Json };

/// Where rows go: false when it cannot take any more.
using ByteSink = std::function<bool(const QByteArray &)>;

/// The rows, each with these columns, in this order. CSV as in RFC 4180 with CRLF and a head; TSV with a
/// head, tabs and line ends in texts becoming spaces; JSON an array of whole rows as the service told them,
/// whatever the columns. Texts that a spreadsheet would take for a formula get an apostrophe in front
/// (accounts come from outside). False when the sink refused.
bool exportRows(const RecordTable &table, std::span<const int> rows, std::span<const int> columns,
                TableFormat format, const ByteSink &sink);
/// The same as one text.
QByteArray rowsAsText(const RecordTable &table, std::span<const int> rows, std::span<const int> columns,
                      TableFormat format);

/// Where a client on this machine finds a service that listens at `listen`; one that listens at every address
/// is reached on loopback.
QByteArray startUrl(const QByteArray &listen);
/// What a client would send to have a job of this account, for a POSIX shell; the service listens at
/// `listen`.
QByteArray curlCommand(const QByteArray &account, const QByteArray &listen);

}  // namespace holdline::monitor
