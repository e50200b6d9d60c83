// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/jsontext.h"

#include "core/base/ascii.h"
#include "core/base/enumtable.h"
#include "core/json/jsonunits.h"

#include <cstdint>
#include <cstring>

namespace holdline {

using namespace Qt::StringLiterals;
using namespace json;

namespace {

using Byte = unsigned char;

/// A recursive-descent parser with one function for each rule of the grammar of RFC 8259. On an error each
/// function calls fail() and returns false. A function that succeeds leaves m_at behind what it has read.
class Scanner
{
public:
    Scanner(QByteArrayView text, const JsonMemberVisitor &onMember) : m_text(text), m_onMember(onMember) {}

    std::variant<JsonType, JsonError> run()
    {
        JsonType type = JsonType::Null;
        skipSpace();
        if (!value(type, 0))
            return m_error;
        skipSpace();
        if (m_at < m_text.size()) {
            fail(u"the value is complete here, nothing may follow it"_s);
            return m_error;
        }
        return type;
    }

private:
    /// Returns the byte at index m_at + `ahead`. -1 beyond the end of the text.
    int peek(qsizetype ahead = 0) const
    {
        return m_at + ahead < m_text.size() ? static_cast<Byte>(m_text[m_at + ahead]) : -1;
    }

    bool fail(const QString &text)
    {
        m_error = {m_at, m_at < m_text.size() ? text : QString(u"the text ends too early"_s)};
        return false;
    }

    void skipSpace()
    {
        for (int c = peek(); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek())
            ++m_at;
    }

    bool value(JsonType &type, int depth)
    {
        switch (peek()) {
            case '{':
                type = JsonType::Object;
                return object(depth + 1);
            case '[':
                type = JsonType::Array;
                return array(depth + 1);
            case '"':
                type = JsonType::String;
                return string();
            case 't':
                type = JsonType::True;
                return literal("true");
            case 'f':
                type = JsonType::False;
                return literal("false");
            case 'n':
                type = JsonType::Null;
                return literal("null");
            default:
                if (peek() != '-' && !isDigit(peek()))
                    return fail(u"a value is wanted (object, array, string, number, true, false or null)"_s);
                type = JsonType::Number;
                return number();
        }
    }

    bool literal(QByteArrayView word)
    {
        for (const char c : word) {
            if (peek() != static_cast<Byte>(c))
                return fail(u"not one of the words true, false and null"_s);
            ++m_at;
        }
        return true;
    }

    bool digits()
    {
        if (!isDigit(peek()))
            return fail(u"a digit is wanted"_s);
        while (isDigit(peek()))
            ++m_at;
        return true;
    }

    bool number()
    {
        if (peek() == '-')
            ++m_at;
        if (peek() == '0' && isDigit(peek(1))) {
            ++m_at;
            return fail(u"a number must not have leading zeros"_s);
        }
        if (!digits())
            return false;
        if (peek() == '.') {
            ++m_at;
            if (!digits())
                return false;
        }
        if (peek() == 'e' || peek() == 'E') {
            ++m_at;
            if (peek() == '+' || peek() == '-')
                ++m_at;
            return digits();
        }
        return true;
    }

    bool string()
    {
        ++m_at;
        while (true) {
            while (m_text.size() - m_at >= kWord && arePlain(m_text.data() + m_at))
                m_at += kWord;
            while (m_at < m_text.size() && isPlain(m_text[m_at]))
                ++m_at;
            const int c = peek();
            if (c == '"') {
                ++m_at;
                return true;
            }
            if (c < 0x20)
                return fail(u"a control character in a string must be escaped"_s);
            if (c == '\\') {
                if (!escape())
                    return false;
            } else if (!multiByte(c)) {
                return false;
            }
        }
    }

    /// Returns whether `c` is an ASCII character that a string may contain without an escape. Most
    /// characters are. Bytes above 0x7F are negative as `char`, so they are not plain.
    static bool isPlain(char c) { return c >= 0x20 && c != '"' && c != '\\'; }

    /// Returns whether isPlain() is true for each of the next kWord bytes. Tests them at once, because a
    /// string may have a million of them.
    static bool arePlain(const char *bytes)
    {
        constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
        constexpr std::uint64_t kHighBits = kOnes << 7;
        std::uint64_t word = 0;
        std::memcpy(&word, bytes, sizeof word);
        // If no byte of `x` has its high bit set, a byte of `x` that is 0 gets its high bit set in `x -
        // kOnes`. The borrow may set further high bits, but only above such a byte, so the result stays
        // right.
        const std::uint64_t quotes = (word ^ (kOnes * '"')) - kOnes;
        const std::uint64_t backslashes = (word ^ (kOnes * '\\')) - kOnes;
        const std::uint64_t controls = word - kOnes * 0x20;
        return ((word | quotes | backslashes | controls) & kHighBits) == 0;
    }
    static constexpr qsizetype kWord = sizeof(std::uint64_t);

    bool escape()
    {
        switch (peek(1)) {
            case '"':
            case '\\':
            case '/':
            case 'b':
            case 'f':
            case 'n':
            case 'r':
            case 't':
                m_at += 2;
                return true;
            case 'u':
                break;
            default:
                ++m_at;
                return fail(u"no such escape in a string"_s);
        }
        std::uint32_t unit = 0;
        if (!hexUnit(unit))
            return false;
        if (isLowSurrogate(unit))
            return fail(u"a low surrogate without its high one before this place"_s);
        if (!isHighSurrogate(unit))
            return true;
        std::uint32_t low = 0;
        if (peek() != '\\' || peek(1) != 'u')
            return fail(u"the low surrogate is missing"_s);
        if (!hexUnit(low))
            return false;
        return isLowSurrogate(low) || fail(u"a high surrogate without its low one before this place"_s);
    }

    bool hexUnit(std::uint32_t &unit)
    {
        m_at += 2;
        for (int i = 0; i < 4; ++i) {
            const int digit = hexValue(peek());
            if (digit < 0)
                return fail(u"four hexadecimal digits are wanted after \\u"_s);
            unit = unit * 16 + static_cast<std::uint32_t>(digit);
            ++m_at;
        }
        return true;
    }

    /// Reads one UTF-8 character that is not ASCII; `lead` is its first byte. Accepts the well-formed
    /// sequences of table 3-7 of the Unicode standard. Overlong forms, surrogates and values above U+10FFFF
    /// are errors.
    bool multiByte(int lead)
    {
        int count = 0;
        int low = 0x80;
        int high = 0xBF;
        if (lead >= 0xC2 && lead <= 0xDF) {
            count = 1;
        } else if (lead >= 0xE0 && lead <= 0xEF) {
            count = 2;
            low = lead == 0xE0 ? 0xA0 : low;
            high = lead == 0xED ? 0x9F : high;
        } else if (lead >= 0xF0 && lead <= 0xF4) {
            count = 3;
            low = lead == 0xF0 ? 0x90 : low;
            high = lead == 0xF4 ? 0x8F : high;
        } else {
            return fail(u"not UTF-8"_s);
        }
        ++m_at;
        for (; count > 0; --count, low = 0x80, high = 0xBF) {
            if (peek() < low || peek() > high)
                return fail(u"not UTF-8"_s);
            ++m_at;
        }
        return true;
    }

    bool array(int depth)
    {
        if (depth > kMaxJsonDepth)
            return fail(u"more than %1 levels"_s.arg(kMaxJsonDepth));
        ++m_at;
        skipSpace();
        if (peek() == ']') {
            ++m_at;
            return true;
        }
        while (true) {
            JsonType type = JsonType::Null;
            if (!value(type, depth))
                return false;
            skipSpace();
            const int c = peek();
            if (c != ',' && c != ']')
                return fail(u"a comma or ] is wanted after an element"_s);
            ++m_at;
            if (c == ']')
                return true;
            skipSpace();
        }
    }

    bool object(int depth)
    {
        if (depth > kMaxJsonDepth)
            return fail(u"more than %1 levels"_s.arg(kMaxJsonDepth));
        ++m_at;
        qsizetype chunkStart = m_at;
        skipSpace();
        if (peek() == '}') {
            ++m_at;
            return true;
        }
        while (true) {
            JsonMember member;
            if (!this->member(member, depth))
                return false;
            const int c = peek();
            if (c != ',' && c != '}')
                return fail(u"a comma or } is wanted after a member"_s);
            if (depth == 1 && m_onMember) {
                member.chunk = m_text.sliced(chunkStart, m_at - chunkStart);
                m_onMember(member);
            }
            ++m_at;
            if (c == '}')
                return true;
            chunkStart = m_at;
            skipSpace();
        }
    }

    /// Reads a key, a colon, a value and the white space after it.
    bool member(JsonMember &member, int depth)
    {
        const qsizetype keyStart = m_at;
        if (peek() != '"')
            return fail(u"a member's name in double quotes is wanted"_s);
        if (!string())
            return false;
        member.key = m_text.sliced(keyStart, m_at - keyStart);
        skipSpace();
        if (peek() != ':')
            return fail(u"a colon is wanted after a member's name"_s);
        ++m_at;
        skipSpace();
        const qsizetype valueStart = m_at;
        if (!value(member.type, depth))
            return false;
        member.value = m_text.sliced(valueStart, m_at - valueStart);
        skipSpace();
        return true;
    }

    QByteArrayView m_text;
    const JsonMemberVisitor &m_onMember;
    qsizetype m_at = 0;
    JsonError m_error;
};

}  // namespace

QString jsonTypeName(JsonType type)
{
    static constexpr EnumTexts<JsonType, 7> kTexts({
        {JsonType::Object, "an object"_L1},
        {JsonType::Array, "an array"_L1},
        {JsonType::String, "a string"_L1},
        {JsonType::Number, "a number"_L1},
        {JsonType::True, "true"_L1},
        {JsonType::False, "false"_L1},
        {JsonType::Null, "null"_L1},
    });
    return kTexts[type];
}

std::variant<JsonType, JsonError> scanJson(QByteArrayView text, const JsonMemberVisitor &onMember)
{
    return Scanner(text, onMember).run();
}

QByteArrayView withoutByteOrderMark(QByteArrayView text)
{
    constexpr QByteArrayView kMark = "\xEF\xBB\xBF";
    return text.startsWith(kMark) ? text.sliced(kMark.size()) : text;
}

}  // namespace holdline
