// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/tables/rowexport.h"

#include "core/json/jsontext.h"
#include "core/monitormessages/monitorcodec.h"
#include "core/telemetry/decimal.h"

#include <algorithm>

namespace holdline::monitor {

namespace {

/// Size in bytes at which the collected text is passed to the sink.
constexpr qsizetype kChunkBytes = 256 * 1024;

QByteArray plainNumber(FieldKind kind, std::int64_t number)
{
    QByteArray out;
    switch (kind) {
        case FieldKind::Duration:
            appendMilliseconds(out, Microseconds(number));
            break;
        case FieldKind::Clock:
            appendTimestamp(out, WallTime(Milliseconds(number)));
            break;
        case FieldKind::Number:
        case FieldKind::Text:
            appendDecimal(out, number);
    }
    return out;
}

/// Makes a text harmless for spreadsheets, which run cells that begin with these characters as formulas
/// (OWASP, "CSV Injection").
QByteArray harmless(QByteArrayView text)
{
    const bool looksLikeFormula = !text.isEmpty() && QByteArrayView("=+-@\t\r").contains(text.front());
    return looksLikeFormula ? '\'' + text.toByteArray() : text.toByteArray();
}

QByteArray plainCell(const RecordTable &table, int row, int column)
{
    const Cell cell = table.cellAt(row, column);
    if (cell.isNull)
        return {};
    const FieldKind kind = fieldInfo(table.columns()[static_cast<std::size_t>(column)].field).kind;
    return kind == FieldKind::Text ? harmless(cell.text) : plainNumber(kind, cell.number);
}

QByteArray headOf(const RecordTable &table, int column)
{
    const Column &info = table.columns()[static_cast<std::size_t>(column)];
    const QLatin1StringView key = info.key();
    QByteArray head(key.data(), key.size());
    return fieldInfo(info.field).kind == FieldKind::Duration ? head.append("_ms") : head;
}

QByteArray separated(const QByteArray &text, TableFormat format)
{
    if (format == TableFormat::Tsv) {
        QByteArray flat = text;
        std::replace_if(
            flat.begin(), flat.end(), [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
        return flat;
    }
    const auto isSpecial = [](char c) { return c == '"' || c == ',' || c == '\n' || c == '\r'; };
    if (std::none_of(text.begin(), text.end(), isSpecial))
        return text;
    QByteArray quoted = text;
    return '"' + quoted.replace('"', "\"\"") + '"';
}

QByteArray rowAsJson(const RecordTable &table, int row)
{
    const QVariant value = table.index(row, 0).data(RecordTable::RowRole);
    if (const auto job = value.value<JobPtr>())
        return encodeRow(*job);
    if (const auto deadLetter = value.value<DeadLetterPtr>())
        return encodeRow(*deadLetter);
    if (const auto lane = value.value<LanePtr>())
        return encodeRow(*lane);
    return encodeRow(*value.value<CallbackPtr>());
}

}  // namespace

bool exportRows(const RecordTable &table, std::span<const int> rows, std::span<const int> columns,
                TableFormat format, const ByteSink &sink)
{
    const char between = format == TableFormat::Tsv ? '\t' : ',';
    const char *lineEnd = format == TableFormat::Tsv ? "\n" : "\r\n";
    QByteArray out;
    if (format == TableFormat::Json) {
        out = "[";
    } else {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (i > 0)
                out.append(between);
            out.append(headOf(table, columns[i]));
        }
        out.append(lineEnd);
    }
    bool first = true;
    for (const int row : rows) {
        if (format == TableFormat::Json) {
            out.append(first ? "\n" : ",\n").append(rowAsJson(table, row));
        } else {
            for (std::size_t i = 0; i < columns.size(); ++i) {
                if (i > 0)
                    out.append(between);
                out.append(separated(plainCell(table, row, columns[i]), format));
            }
            out.append(lineEnd);
        }
        first = false;
        if (out.size() > kChunkBytes) {
            if (!sink(out))
                return false;
            out.clear();
        }
    }
    if (format == TableFormat::Json)
        out.append(first ? "]\n" : "\n]\n");
    return sink(out);
}

QByteArray rowsAsText(const RecordTable &table, std::span<const int> rows, std::span<const int> columns,
                      TableFormat format)
{
    QByteArray text;
    exportRows(table, rows, columns, format, [&text](const QByteArray &bytes) {
        text.append(bytes);
        return true;
    });
    return text;
}

QByteArray startUrl(const QByteArray &listen)
{
    QByteArray where = listen;
    if (where.startsWith("0.0.0.0:"))
        where.replace(0, 7, "127.0.0.1");
    else if (where.startsWith("[::]:"))
        where.replace(0, 4, "[::1]");
    return "http://" + where + "/start";
}

QByteArray curlCommand(const QByteArray &account, const QByteArray &listen)
{
    QByteArray body = "{\"account\":" + quoteJson(account) + '}';
    body.replace('\'', "'\\''");
    return "curl -sS -X POST -H 'Content-Type: application/json' -d '" + body + "' " + startUrl(listen);
}

}  // namespace holdline::monitor
