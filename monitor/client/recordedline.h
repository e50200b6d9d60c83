// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QByteArray>

#include <variant>

namespace holdline::monitor {

/// Version of the file format of recordings.
inline constexpr int kRecordingVersion = 1;
/// Maximum length of a line, including the newline.
inline constexpr qsizetype kMaxRecordedLine = kMaxFrameBytes + 256;

/// The first line of a recording.
struct RecordingHead
{
    int version = kRecordingVersion;
    int protocol = kProtocolVersion;
    WallTime at{};        ///< when the recording began
    QByteArray holdline;  ///< version of the service
};

/// Each further line of a recording: one update.
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

/// Both return the line with its newline.
QByteArray encodeHead(const RecordingHead &head);
QByteArray encodeRecorded(Milliseconds t, const Update &update, const QByteArray &frame);

/// Decode a line without its newline. On an error they return a text for the user.
std::variant<RecordingHead, QString> decodeHead(QByteArrayView line);
std::variant<RecordedLine, QString> decodeRecorded(QByteArrayView line);

}  // namespace holdline::monitor
