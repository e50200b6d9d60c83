// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QByteArray>

#include <variant>

namespace holdline::monitor {

/// Version of the recordings' format.
inline constexpr int kRecordingVersion = 1;
/// Longest line of one, its end included.
inline constexpr qsizetype kMaxRecordedLine = kMaxFrameBytes + 256;

/// The first line of a recording.
struct RecordingHead
{
    int version = kRecordingVersion;
    int protocol = kProtocolVersion;
    WallTime at{};        ///< when it was begun
    QByteArray holdline;  ///< version of the service
};

/// Each other one. `frame` is a view into the line.
struct RecordedLine
{
    enum class Mark : std::uint8_t {
        None,
        Begin,  ///< a snapshot's first part
        End,    ///< its last one
        Whole,  ///< both
    };

    Milliseconds t{};  ///< since the first
    Mark mark = Mark::None;
    QByteArrayView frame;
};

QByteArray encodeHead(const RecordingHead &head);  ///< with its end
QByteArray encodeRecorded(Milliseconds t, const Update &update, const QByteArray &frame);

/// What the lines say, or what is wrong with them.
std::variant<RecordingHead, QString> decodeHead(QByteArrayView line);
std::variant<RecordedLine, QString> decodeRecorded(QByteArrayView line);

}  // namespace holdline::monitor
