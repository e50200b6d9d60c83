// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/client/recordedline.h"

#include "core/json/jsontext.h"

#include <QCoreApplication>

#include <array>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

using Mark = RecordedLine::Mark;

/// The end of the year 9999 in milliseconds. Larger numbers are not valid times.
constexpr qint64 kLatest = 253'402'300'800'000;

QString tr(const char *text)
{
    return QCoreApplication::translate("RecordedLine", text);
}

/// Indexed by RecordedLine::Mark.
constexpr std::array kMarkNames{""_L1, "begin"_L1, "end"_L1, "whole"_L1};

QLatin1StringView name(Mark mark)
{
    return kMarkNames[static_cast<std::size_t>(mark)];
}

Mark markOf(const Update &update)
{
    if (update.kind != Update::Kind::Snapshot)
        return Mark::None;
    if (update.part == 1)
        return update.last ? Mark::Whole : Mark::Begin;
    return update.last ? Mark::End : Mark::None;
}

qint64 wholeNumber(const JsonMember &member)
{
    bool isNumber = false;
    const qint64 number = member.value.toByteArray().toLongLong(&isNumber);
    return isNumber && number >= 0 && number <= kLatest ? number : -1;
}

}  // namespace

QByteArray encodeHead(const RecordingHead &head)
{
    return "{\"type\":\"recording\",\"version\":" + QByteArray::number(head.version) +
           ",\"protocol\":" + QByteArray::number(head.protocol) +
           ",\"at\":" + QByteArray::number(qint64{head.at.time_since_epoch().count()}) +
           ",\"holdline\":" + quoteJson(head.holdline) + "}\n";
}

QByteArray encodeRecorded(Milliseconds t, const Update &update, const QByteArray &frame)
{
    QByteArray line = "{\"t\":" + QByteArray::number(qint64{t.count()});
    if (const QLatin1StringView mark = name(markOf(update)); !mark.isEmpty())
        line += ",\"snapshot\":\"" + QByteArray(mark.data(), mark.size()) + '"';
    return line + ",\"frame\":" + frame + "}\n";
}

std::variant<RecordingHead, QString> decodeHead(QByteArrayView line)
{
    RecordingHead head;
    head.version = 0;
    bool isRecording = false;
    const auto result = scanJson(line, [&](const JsonMember &member) {
        if (isJsonString(member.key, "type"))
            isRecording = member.type == JsonType::String && isJsonString(member.value, "recording");
        else if (isJsonString(member.key, "version"))
            head.version = static_cast<int>(wholeNumber(member));
        else if (isJsonString(member.key, "protocol"))
            head.protocol = static_cast<int>(wholeNumber(member));
        else if (isJsonString(member.key, "at"))
            head.at = WallTime(Milliseconds(std::max<qint64>(wholeNumber(member), 0)));
        else if (isJsonString(member.key, "holdline") && member.type == JsonType::String)
            head.holdline = unescapeJson(member.value);
    });
    if (!std::holds_alternative<JsonType>(result) || !isRecording)
        return tr("This is not a recording of the monitor.");
    if (head.version != kRecordingVersion || head.protocol != kProtocolVersion) {
        return tr("The recording has version %1 with protocol %2. This monitor reads version %3 with "
                  "protocol %4.")
            .arg(head.version)
            .arg(head.protocol)
            .arg(kRecordingVersion)
            .arg(kProtocolVersion);
    }
    return head;
}

std::variant<RecordedLine, QString> decodeRecorded(QByteArrayView line)
{
    RecordedLine recorded;
    qint64 t = -1;
    bool hasBadMark = false;
    const auto result = scanJson(line, [&](const JsonMember &member) {
        if (isJsonString(member.key, "t")) {
            t = wholeNumber(member);
        } else if (isJsonString(member.key, "frame") && member.type == JsonType::Object) {
            recorded.frame = member.value;
        } else if (isJsonString(member.key, "snapshot")) {
            hasBadMark = true;
            for (const Mark mark : {Mark::Begin, Mark::End, Mark::Whole}) {
                const QLatin1StringView text = name(mark);
                if (member.type == JsonType::String &&
                    isJsonString(member.value, QByteArrayView(text.data(), text.size()))) {
                    recorded.mark = mark;
                    hasBadMark = false;
                }
            }
        }
    });
    if (const auto *error = std::get_if<JsonError>(&result))
        return tr("Not JSON: %1").arg(error->toString());
    if (t < 0)
        return tr("The member \"t\" is not a time in milliseconds.");
    if (recorded.frame.isEmpty())
        return tr("The member \"frame\" is not an object.");
    if (hasBadMark)
        return tr("The member \"snapshot\" is not \"begin\", \"end\" or \"whole\".");
    recorded.t = Milliseconds(t);
    return recorded;
}

}  // namespace holdline::monitor
