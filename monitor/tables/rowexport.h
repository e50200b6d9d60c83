// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/recordtable.h"

#include <QByteArray>

#include <functional>
#include <span>

/// Exports rows as text for other programs. Numbers have no units and no separators; durations are in ms.
/// Times of day are in UTC (RFC 3339).
namespace holdline::monitor {

enum class TableFormat { Csv, Tsv, Json };

/// Receives the exported bytes. Returns false to stop, for example after a write error.
using ByteSink = std::function<bool(const QByteArray &)>;

/// Exports `rows` with `columns`, both in the given order. Returns false when the sink returned false.
///  - CSV: RFC 4180 with a header line and CRLF. A text that a spreadsheet would run as a formula gets an
///    apostrophe in front, because account names come from clients.
///  - TSV: a header line; tabs and line breaks in texts become spaces. Formulas as in CSV.
///  - JSON: an array of complete rows as in the monitor protocol, with all columns.
bool exportRows(const RecordTable &table, std::span<const int> rows, std::span<const int> columns,
                TableFormat format, const ByteSink &sink);
/// Returns the export as one text.
QByteArray rowsAsText(const RecordTable &table, std::span<const int> rows, std::span<const int> columns,
                      TableFormat format);

/// Returns the URL of start requests from clients on this machine, for a service that listens at `listen`. A
/// wildcard address becomes the loopback address.
QByteArray startUrl(const QByteArray &listen);
/// Returns a curl command for a POSIX shell that starts a job of `account` at a service that listens at
/// `listen`.
QByteArray curlCommand(const QByteArray &account, const QByteArray &listen);

}  // namespace holdline::monitor
