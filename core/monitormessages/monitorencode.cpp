// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/monitormessages/monitorcodec.h"
#include "core/monitormessages/objectwriter.h"
#include "core/telemetry/decimal.h"

#include <QStringDecoder>

#include <algorithm>

namespace holdline::monitor {

namespace {

template <typename Message>
QByteArray line(const Message &message, qsizetype room = 1024)
{
    Out out(room);
    describe(ObjectWriter(out), message);
    out.put('\n');
    return out.take();
}

}  // namespace

QByteArray rowText(QByteArrayView text)
{
    const QByteArrayView head = text.first(std::min(text.size(), kMaxTextBytes + 4));
    if (text.size() <= kMaxTextBytes && isPlain(text))
        return text.toByteArray();
    // The decoder drops an incomplete character at the end. Other invalid bytes become U+FFFD.
    QStringDecoder decoder(QStringDecoder::Utf8);
    QString characters = decoder.decode(head);
    const auto isControl = [](QChar c) { return c.category() == QChar::Other_Control; };
    std::replace_if(characters.begin(), characters.end(), isControl, QChar(QChar::ReplacementCharacter));
    if (text.size() <= kMaxTextBytes && characters.toUtf8().size() <= kMaxTextBytes)
        return characters.toUtf8();
    constexpr QByteArrayView kEllipsis("\xE2\x80\xA6");
    QByteArray bytes = characters.toUtf8();
    qsizetype end = std::min(bytes.size(), kMaxTextBytes - kEllipsis.size());
    while (end > 0 && end < bytes.size() && (static_cast<unsigned char>(bytes[end]) & 0xC0) == 0x80)
        --end;
    bytes.truncate(end);
    return bytes.append(kEllipsis);
}

QByteArray numbered(std::uint64_t seq)
{
    QByteArray out("{\"seq\":");
    appendDecimal(out, static_cast<std::int64_t>(seq));
    return out.append(',');
}

QByteArray encodeUnnumbered(const Update &update)
{
    const auto room = static_cast<qsizetype>(512 + 350 * (update.jobs.size() + update.ended.size()));
    return line(update, room).remove(0, 1);  // numbered() writes the opening brace
}

QByteArray encode(const Update &update)
{
    return numbered(update.seq) + encodeUnnumbered(update);
}

template <typename Message>
QByteArray encode(const Message &message)
{
    return line(message);
}

template QByteArray encode(const Hello &);
template QByteArray encode(const Reply &);
template QByteArray encode(const Command &);

template <typename Row>
QByteArray encodeRow(const Row &row)
{
    Out out;
    describe(ObjectWriter(out), row);
    return out.take();
}

template QByteArray encodeRow(const JobRow &);
template QByteArray encodeRow(const LaneRow &);
template QByteArray encodeRow(const CallbackRow &);
template QByteArray encodeRow(const DeadLetterRow &);

}  // namespace holdline::monitor
