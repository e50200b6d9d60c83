// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

/// Random JSON values, and random ways to write the same value.
namespace holdline::test {

struct JsonValue
{
    enum class Kind { Word, String, Array, Object };

    Kind kind = Kind::Word;
    QByteArray text;  ///< a number, true, false or null as written; or the UTF-8 of a string
    std::vector<JsonValue> elements;
    std::vector<std::pair<QByteArray, JsonValue>> members;  ///< names are unique
};

class RandomJson
{
public:
    explicit RandomJson(unsigned seed) : m_random(seed) {}

    int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(m_random); }

    QByteArray string()
    {
        static const QList<QByteArray> kPieces{
            "a",  "b",  "Z",    "name", " ", "\"",       "\\",           "/",
            "\n", "\t", "\x01", "\x7f", "0", "\xc3\x84", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
        QByteArray text;
        for (int n = below(6); n > 0; --n)
            text += kPieces[below(static_cast<int>(kPieces.size()))];
        return text;
    }

    JsonValue value(int depth)
    {
        static const QList<QByteArray> kWords{"true",
                                              "false",
                                              "null",
                                              "0",
                                              "-0",
                                              "1",
                                              "1.0",
                                              "1e0",
                                              "10",
                                              "1e400",
                                              "123456789012345678901234567890",
                                              "-2.50"};
        JsonValue value;
        const int kind = below(depth > 0 ? 4 : 2);
        if (kind == 0) {
            value.text = kWords[below(static_cast<int>(kWords.size()))];
        } else if (kind == 1) {
            value.kind = JsonValue::Kind::String;
            value.text = string();
        } else if (kind == 2) {
            value.kind = JsonValue::Kind::Array;
            for (int n = below(5); n > 0; --n)
                value.elements.push_back(this->value(depth - 1));
        } else {
            value = object(depth, below(6));
        }
        return value;
    }

    JsonValue object(int depth, int count)
    {
        JsonValue value;
        value.kind = JsonValue::Kind::Object;
        while (count-- > 0) {
            QByteArray name = string();
            const bool taken = std::any_of(value.members.begin(), value.members.end(),
                                           [&name](const auto &member) { return member.first == name; });
            if (!taken)
                value.members.emplace_back(std::move(name), this->value(depth - 1));
        }
        return value;
    }

    /// Writes the value in a random way: any order of members, white space and escapes.
    QByteArray write(const JsonValue &value)
    {
        QByteArray out = space();
        if (value.kind == JsonValue::Kind::Word) {
            out += value.text;
        } else if (value.kind == JsonValue::Kind::String) {
            out += quote(value.text);
        } else if (value.kind == JsonValue::Kind::Array) {
            out += '[' + space();
            for (std::size_t i = 0; i < value.elements.size(); ++i)
                out += (i > 0 ? "," : "") + write(value.elements[i]);
            out += ']';
        } else {
            auto members = value.members;
            std::shuffle(members.begin(), members.end(), m_random);
            out += '{' + space();
            for (std::size_t i = 0; i < members.size(); ++i) {
                out += (i > 0 ? "," : "") + space() + quote(members[i].first) + space() + ':' +
                       write(members[i].second);
            }
            out += '}';
        }
        return out + space();
    }

    /// Changes one part of the value, so that the value always differs from the original.
    void change(JsonValue &value)
    {
        if (!value.elements.empty() && below(2) == 0)
            return change(
                value.elements[static_cast<std::size_t>(below(static_cast<int>(value.elements.size())))]);
        if (!value.members.empty() && below(2) == 0) {
            auto &member =
                value.members[static_cast<std::size_t>(below(static_cast<int>(value.members.size())))];
            if (below(2) == 0)
                return change(member.second);
            member.first += "x!";  // no generated name contains this text
            return;
        }
        switch (value.kind) {
            case JsonValue::Kind::Word:
                value.text = value.text == "7" ? "7.0" : "7";
                break;
            case JsonValue::Kind::String:
                value.text += below(2) == 0 ? "x" : " ";
                break;
            case JsonValue::Kind::Array:
                value.elements.push_back(JsonValue{JsonValue::Kind::Word, "null", {}, {}});
                break;
            case JsonValue::Kind::Object:
                value.members.emplace_back("x!!", JsonValue{JsonValue::Kind::Word, "null", {}, {}});
                break;
        }
    }

private:
    QByteArray space()
    {
        static const QList<QByteArray> kSpaces{"", "", "", " ", "\n", "\t\r\n  "};
        return kSpaces[below(static_cast<int>(kSpaces.size()))];
    }

    QByteArray quote(const QByteArray &text)
    {
        QByteArray out = "\"";
        const QString characters = QString::fromUtf8(text);
        for (qsizetype i = 0; i < characters.size(); ++i) {
            const QChar c = characters[i];
            const bool must = c < u' ' || c == u'"' || c == u'\\';
            if (must && below(2) == 0 && shortEscape(c) != 0) {
                out.append('\\').append(shortEscape(c));
            } else if (must || below(4) == 0) {
                out += unit(c);
                if (c.isHighSurrogate())
                    out += unit(characters[++i]);
            } else if (c == u'/' && below(2) == 0) {
                out += "\\/";
            } else if (c.isHighSurrogate()) {
                out += characters.sliced(i++, 2).toUtf8();
            } else {
                out += QString(c).toUtf8();
            }
        }
        return out + '"';
    }

    QByteArray unit(QChar c)
    {
        const QByteArray digits = QByteArray::number(c.unicode(), 16).rightJustified(4, '0');
        return "\\u" + (below(2) == 0 ? digits : digits.toUpper());
    }

    static char shortEscape(QChar c)
    {
        switch (c.unicode()) {
            case '\n':
                return 'n';
            case '\t':
                return 't';
            case '"':
            case '\\':
                return static_cast<char>(c.unicode());
            default:
                return 0;
        }
    }

    std::mt19937 m_random;
};

}  // namespace holdline::test
