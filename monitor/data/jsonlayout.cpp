// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/jsonlayout.h"

#include "core/json/jsontext.h"

#include <algorithm>

namespace holdline::monitor {

namespace {

/// Maximum indentation, so that deep nesting cannot make the text many times larger.
constexpr int kDeepest = 20;

bool isSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::optional<QByteArray> laidOutJson(QByteArrayView text)
{
    if (!std::holds_alternative<JsonType>(scanJson(text)))
        return std::nullopt;
    QByteArray out;
    out.reserve(text.size() * 2);
    int depth = 0;
    bool inString = false;
    const auto newLine = [&] { out.append('\n').append(QByteArray(2 * std::min(depth, kDeepest), ' ')); };
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString) {
            out.append(c);
            if (c == '\\')
                out.append(text[++i]);
            inString = c != '"';
            continue;
        }
        switch (c) {
            case '{':
            case '[': {
                out.append(c);
                qsizetype next = i + 1;
                while (isSpace(text[next]))
                    ++next;
                if (text[next] == '}' || text[next] == ']') {
                    out.append(text[next]);
                    i = next;
                    break;
                }
                ++depth;
                newLine();
                break;
            }
            case '}':
            case ']':
                --depth;
                newLine();
                out.append(c);
                break;
            case ',':
                out.append(c);
                newLine();
                break;
            case ':':
                out.append(": ");
                break;
            default:
                inString = c == '"';
                if (!isSpace(c))
                    out.append(c);
        }
    }
    return out;
}

QByteArray hexDump(QByteArrayView bytes, qsizetype most)
{
    constexpr qsizetype kPerLine = 16;
    const QByteArrayView shown = bytes.first(std::min(bytes.size(), most));
    QByteArray out;
    for (qsizetype at = 0; at < shown.size(); at += kPerLine) {
        const QByteArray line = shown.sliced(at, std::min(kPerLine, shown.size() - at)).toByteArray();
        QByteArray readable = line;
        std::replace_if(
            readable.begin(), readable.end(), [](char c) { return c < 0x20 || c > 0x7E; }, '.');
        out.append(QByteArray::number(at, 16).rightJustified(6, '0'))
            .append("  ")
            .append(line.toHex(' ').leftJustified(3 * kPerLine, ' '))
            .append(' ')
            .append(readable)
            .append('\n');
    }
    return out;
}

}  // namespace holdline::monitor
