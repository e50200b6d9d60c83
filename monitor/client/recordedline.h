// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QByteArray>

#include <variant>

namespace holdline::monitor {

/// Version of the file format of recordings. A recording is a text file with one JSON object per line.
inline constexpr int kRecordingVersion = 1;
/// Maximum length of a line in bytes, including the newline.
inline constexpr qsizetype kMaxRecordedLine = kMaxFrameBytes + 256;

/// The first line of a recording.
struct RecordingHead
{
    int version = kRecordingVersion;
    int protocol = kProtocolVersion;
    WallTime at{};        ///< when the recording began
    QByteArray holdline;  ///< version of the service
};

/// Any line of a recording after the first one: one update.
struct RecordedLine
{
    enum class Mark : std::uint8_t {
        None,
        Begin,  ///< the update is a snapshot's first part
        End,    ///< the update is a snapshot's last part
        Whole,  ///< the update is a snapshot of one part
    };

    Milliseconds t{};  ///< time since the first update
    Mark mark = Mark::None;
    QByteArrayView frame;  ///< the update's JSON: a view into the decoded line
};

/// Encode one line of a recording. The returned line includes its newline.
QByteArray encodeHead(const RecordingHead &head);
QByteArray encodeRecorded(Milliseconds t, const Update &update, const QByteArray &frame);

/// Decode one line, given without its newline. Return an error text for the user when the line is invalid.
std::variant<RecordingHead, QString> decodeHead(QByteArrayView line);
std::variant<RecordedLine, QString> decodeRecorded(QByteArrayView line);

}  // namespace holdline::monitor
