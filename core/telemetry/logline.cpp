// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/logline.h"

#include <QDateTime>
#include <QString>

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// True for what may change how the text around it is shown or read: controls, format characters (among them
/// those that turn the direction of writing), line and paragraph separators, noncharacters.
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
    if (m_format == LogFormat::Json) {
        m_line += m_line.isEmpty() ? "{\"" : ",\"";
        m_line += key;
        m_line += "\":";
    } else {
        if (!m_line.isEmpty())
            m_line += ' ';
        m_line += key;
        m_line += '=';
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
    // Ids, addresses, words: nearly all texts are of this kind.
    const bool bare =
        std::all_of(text.begin(), text.end(), [](char c) { return isBare(static_cast<uchar>(c)); });
    if (bare && !text.isEmpty() && text.size() <= maxBytes) {
        key(name);
        if (m_format == LogFormat::Json)
            m_line += '"' + text.toByteArray() + '"';
        else
            m_line += text;
        return;
    }
    // No text of more bytes than this fits anyway, and a huge one need not be decoded whole.
    add(name, QStringView(QString::fromUtf8(text.first(std::min(text.size(), maxBytes + 1)))), maxBytes);
}

void LogLine::add(QByteArrayView name, std::int64_t number)
{
    key(name);
    m_line += QByteArray::number(qlonglong(number));
}

void LogLine::add(QByteArrayView name, Duration duration)
{
    key(name);
    m_line += QByteArray::number(std::chrono::duration<double, std::milli>(duration).count(), 'f', 3);
}

void LogLine::add(QByteArrayView name, std::chrono::system_clock::time_point at)
{
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch());
    add(name, QStringView(QDateTime::fromMSecsSinceEpoch(ms.count()).toUTC().toString(Qt::ISODateWithMs)));
}

QByteArray LogLine::finish()
{
    return m_line + (m_format == LogFormat::Json ? "}\n" : "\n");
}

}  // namespace holdline
