// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <variant>

/// Encodes messages of the monitor protocol as lines of JSON, and decodes them
/// (resources/docs/monitor-protocol.md). No function reads a clock or has state. Thread-safe.
namespace holdline::monitor {

/// Encodes a Hello, a Reply or a Command as one line, including the line end.
template <typename Message>
QByteArray encode(const Message &message);
/// Encodes an Update as one line, including the line end. The line is at most kMaxFrameBytes long if the
/// update has at most kMaxRowsPerUpdate rows.
QByteArray encode(const Update &update);
/// Encodes an update without its sequence number, so that several connections can share the result. The line
/// of one connection is numbered(seq) and then this result.
QByteArray encodeUnnumbered(const Update &update);
/// Returns the beginning of an update's line, with the sequence number. The result of encodeUnnumbered()
/// follows.
QByteArray numbered(std::uint64_t seq);

/// The largest number of rows for which an update certainly fits into kMaxFrameBytes, whatever their texts.
inline constexpr std::size_t kMaxRowsPerUpdate = 256;

/// Encodes one row as in an update, but without a line end, for copying and exporting.
template <typename Row>
QByteArray encodeRow(const Row &row);

using Message = std::variant<Hello, Update, Reply>;

/// Decodes a line that the service has sent. Returns an error text for an invalid line. Unknown members are
/// ignored. Unknown names of enumerators and wrong types are errors.
std::variant<Message, QString> decode(QByteArrayView line);
/// Decodes a line that a monitor has sent. Returns an error text for an invalid line.
std::variant<Command, QString> decodeCommand(QByteArrayView line);

/// Makes a text from outside fit for a row: valid UTF-8 of at most kMaxTextBytes. Control characters become
/// U+FFFD. A longer text is cut between two characters, and "…" is appended.
QByteArray rowText(QByteArrayView text);

}  // namespace holdline::monitor
