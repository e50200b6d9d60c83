// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <variant>

/// Encodes messages of the monitor protocol as lines of JSON, and decodes them
/// (resources/docs/monitor-protocol.md). No function reads a clock or has state. Thread-safe.
namespace holdline::monitor {

/// Encodes a Hello, a Reply or a Command as one line, with its line end.
template <typename Message>
QByteArray encode(const Message &message);
/// Longer than kMaxFrameBytes only when the update has more than kMaxRowsPerUpdate rows.
QByteArray encode(const Update &update);
/// Encodes the update without its sequence number, so that several connections share the rest. numbered()
/// gives the bytes before it.
QByteArray encodeUnnumbered(const Update &update);
/// The bytes before the result of encodeUnnumbered().
QByteArray numbered(std::uint64_t seq);

/// The number of rows that certainly fits into one update, whatever their texts.
inline constexpr std::size_t kMaxRowsPerUpdate = 256;

/// Encodes one row as in an update, for copying and exporting.
template <typename Row>
QByteArray encodeRow(const Row &row);

using Message = std::variant<Hello, Update, Reply>;

/// Decodes a line of the service, or returns an error. Unknown members are ignored. Unknown names and
/// wrong types are errors.
std::variant<Message, QString> decode(QByteArrayView line);
/// Decodes a line of a monitor, or returns an error.
std::variant<Command, QString> decodeCommand(QByteArrayView line);

/// Prepares a text from outside for a row: at most kMaxTextBytes, whole characters, valid UTF-8, no
/// control characters.
QByteArray rowText(QByteArrayView text);

}  // namespace holdline::monitor
