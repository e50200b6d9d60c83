// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/logline.h"

#include "core/telemetry/decimal.h"

#include <QString>

#include <algorithm>
#include <utility>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kUsualBytes = 384;

/// Returns whether `c` can change how the text around it is shown or read: control characters, format
/// characters (some of them reverse the direction of writing), line and paragraph separators, surrogates,
/// noncharacters.
bool isUnsafe(char32_t c)
{
    const QChar::Category category = QChar::category(c);
    return category == QChar::Other_Control || category == QChar::Other_Format ||
           category == QChar::Separator_Line || category == QChar::Separator_Paragraph ||
           category == QChar::Other_Surrogate || QChar::isNonCharacter(c);
}

QByteArray escapedUnit(char16_t unit)
{
    return "\\u" + QByteArray::number(uint(unit), 16).rightJustified(4, '0');
}

QByteArray escaped(char32_t c)
{
    switch (c) {
        case U'"':
            return "\\\""_ba;
        case U'\\':
            return "\\\\"_ba;
        case U'\n':
            return "\\n"_ba;
        case U'\r':
            return "\\r"_ba;
        case U'\t':
            return "\\t"_ba;
        default:
            break;
    }
    if (!isUnsafe(c))
        return QString::fromUcs4(&c, 1).toUtf8();
    if (!QChar::requiresSurrogates(c))
        return escapedUnit(static_cast<char16_t>(c));
    return escapedUnit(QChar::highSurrogate(c)) + escapedUnit(QChar::lowSurrogate(c));
}

bool isBare(char32_t c)
{
    return c > U' ' && c < U'\x7f' && c != U'"' && c != U'\\' && c != U'=';
}

}  // namespace

void LogLine::key(QByteArrayView key)
{
    if (m_line.isEmpty())
        m_line.reserve(kUsualBytes);
    if (m_format == LogFormat::Json) {
        m_line.append(m_line.isEmpty() ? "{\"" : ",\"").append(key).append("\":");
    } else {
        if (!m_line.isEmpty())
            m_line.append(' ');
        m_line.append(key).append('=');
    }
}

void LogLine::add(QByteArrayView name, QStringView text, qsizetype maxBytes)
{
    key(name);
    QByteArray value;
    bool bare = !text.isEmpty();
    for (qsizetype i = 0; i < text.size(); ++i) {
        char32_t c = text[i].unicode();
        if (QChar::isHighSurrogate(c) && i + 1 < text.size() && text[i + 1].isLowSurrogate())
            c = QChar::surrogateToUcs4(text[i], text[i + 1]);
        else if (QChar::isSurrogate(c))
            c = QChar::ReplacementCharacter;
        i += QChar::requiresSurrogates(c) ? 1 : 0;
        const QByteArray piece = escaped(c);
        bare = bare && isBare(c);
        if (value.size() + piece.size() > maxBytes) {
            value += "\u2026";
            bare = false;
            break;
        }
        value += piece;
    }
    if (bare && m_format == LogFormat::Logfmt)
        m_line += value;
    else
        m_line += '"' + value + '"';
}

void LogLine::add(QByteArrayView name, QByteArrayView text, qsizetype maxBytes)
{
    // Nearly all texts need no quotes and no escapes: ids, addresses, names.
    const bool bare =
        std::all_of(text.begin(), text.end(), [](char c) { return isBare(static_cast<uchar>(c)); });
    if (bare && !text.isEmpty() && text.size() <= maxBytes) {
        key(name);
        if (m_format == LogFormat::Json)
            m_line.append('"').append(text).append('"');
        else
            m_line.append(text);
        return;
    }
    // Only the first maxBytes can be in the line, so the rest of a long text is not decoded.
    add(name, QStringView(QString::fromUtf8(text.first(std::min(text.size(), maxBytes + 1)))), maxBytes);
}

void LogLine::add(QByteArrayView name, std::int64_t number)
{
    key(name);
    appendDecimal(m_line, number);
}

void LogLine::add(QByteArrayView name, Duration duration)
{
    key(name);
    appendMilliseconds(m_line, duration);
}

void LogLine::add(QByteArrayView name, std::chrono::system_clock::time_point at)
{
    QByteArray text;
    appendTimestamp(text, at);
    add(name, QByteArrayView(text));
}

QByteArray LogLine::finish()
{
    return std::move(m_line.append(m_format == LogFormat::Json ? "}\n" : "\n"));
}

}  // namespace holdline
