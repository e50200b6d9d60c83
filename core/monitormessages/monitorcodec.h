// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <variant>

/// The monitor's messages as lines of JSON and back: resources/docs/monitor-protocol.md. Nothing here looks
/// at the clock or keeps anything. Thread-safe.
namespace holdline::monitor {

/// One line with its end.
QByteArray encode(const Hello &hello);
QByteArray encode(const Reply &reply);
QByteArray encode(const Command &command);
/// May be longer than kMaxFrameBytes: keep it to kMaxRowsPerUpdate rows and it is not.
QByteArray encode(const Update &update);
/// The same without its sequence number, for connections that share the rest: put numbered() before it.
QByteArray encodeUnnumbered(const Update &update);
/// What encodeUnnumbered() wants before it.
QByteArray numbered(std::uint64_t seq);

/// Rows of all kinds in one update that certainly fit into a frame, however long their texts.
inline constexpr std::size_t kMaxRowsPerUpdate = 256;

/// One row, as in an update: for copying and exporting.
QByteArray encodeRow(const JobRow &row);
QByteArray encodeRow(const LaneRow &row);
QByteArray encodeRow(const CallbackRow &row);
QByteArray encodeRow(const DeadLetterRow &row);

using Message = std::variant<Hello, Update, Reply>;

/// What the service sent, or what is wrong with it. Unknown members are ignored, unknown words and wrong
/// types are errors.
std::variant<Message, QString> decode(QByteArrayView line);
/// What a monitor sent.
std::variant<Command, QString> decodeCommand(QByteArrayView line);

/// At most kMaxTextBytes of it, whole characters of valid UTF-8, no control characters: what a row's texts
/// are made with.
QByteArray rowText(QByteArrayView text);

}  // namespace holdline::monitor
