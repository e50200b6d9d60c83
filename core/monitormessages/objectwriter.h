// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/json/bodytext.h"
#include "core/json/jsontext.h"
#include "core/monitormessages/monitorfields.h"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstring>

/// Internal to the encoders of this folder.
namespace holdline::monitor {

/// Returns whether `c` is an ASCII character that needs no escape in a JSON string.
inline bool isPlain(char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/// Returns whether all characters of the text are plain. Tests eight bytes at a time ("Bit Twiddling Hacks",
/// S. E. Anderson: "Determine if a word has a zero byte"), because every text of every row is tested.
inline bool isPlain(QByteArrayView text)
{
    constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
    constexpr std::uint64_t kHigh = 0x80 * kOnes;
    const auto hasZero = [](std::uint64_t word) { return (word - kOnes) & ~word & kHigh; };
    const char *at = text.data();
    const char *const end = at + text.size();
    for (; end - at >= 8; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        const std::uint64_t control = (word - 0x20 * kOnes) & ~word & kHigh;
        const std::uint64_t beyond = (word | (word + kOnes)) & kHigh;
        if ((control | beyond | hasZero(word ^ ('"' * kOnes)) | hasZero(word ^ ('\\' * kOnes))) != 0)
            return false;
    }
    return std::all_of(at, end, [](char c) { return isPlain(c); });
}

/// A text buffer for appending. For the few bytes of a member it is five times faster than
/// QByteArray::append(), and rows have dozens of members.
class Out
{
public:
    explicit Out(qsizetype room = 1024)
        : m_bytes(room, Qt::Uninitialized), m_at(m_bytes.data()), m_end(m_at + room)
    {
    }
    Q_DISABLE_COPY_MOVE(Out)

    void put(char c)
    {
        makeRoom(1);
        *m_at++ = c;
    }
    void put(QByteArrayView text)
    {
        makeRoom(text.size());
        m_at = std::copy_n(text.data(), text.size(), m_at);
    }
    void put(std::int64_t number)
    {
        constexpr qsizetype kDigits = 20;
        makeRoom(kDigits);
        m_at = std::to_chars(m_at, m_at + kDigits, number).ptr;
    }
    /// Appends a text as a JSON string, with escapes where necessary.
    void putText(QByteArrayView text)
    {
        if (isPlain(text))
            putPlain(text);
        else
            put(QByteArrayView(quoteJson(text)));
    }
    /// Appends a text as a JSON string. isPlain() must be true for the text.
    void putPlain(QByteArrayView text)
    {
        makeRoom(text.size() + 2);
        *m_at++ = '"';
        m_at = std::copy_n(text.data(), text.size(), m_at);
        *m_at++ = '"';
    }
    void putKey(char separator, QLatin1StringView key)
    {
        makeRoom(key.size() + 4);
        *m_at++ = separator;
        *m_at++ = '"';
        m_at = std::copy_n(key.data(), key.size(), m_at);
        *m_at++ = '"';
        *m_at++ = ':';
    }
    /// Returns the text. Call it once, as the last function.
    QByteArray take()
    {
        m_bytes.truncate(m_at - m_bytes.constData());
        return std::move(m_bytes);
    }

private:
    void makeRoom(qsizetype more)
    {
        if (m_end - m_at >= more)
            return;
        const qsizetype size = m_at - m_bytes.constData();
        m_bytes.resize(2 * m_bytes.size() + more);
        m_at = m_bytes.data() + size;
        m_end = m_bytes.data() + m_bytes.size();
    }

    QByteArray m_bytes;  ///< the whole buffer; larger than the written part
    char *m_at;          ///< end of the written part
    char *m_end;         ///< end of the buffer
};

/// Writes a JSON object whose members describe() lists. The destructor writes the closing brace.
class ObjectWriter
{
public:
    explicit ObjectWriter(Out &out) : m_out(out) {}
    ~ObjectWriter() { m_out.put(QByteArrayView(m_separator == '{' ? "{}" : "}")); }
    Q_DISABLE_COPY_MOVE(ObjectWriter)

    void constant(QLatin1StringView key, QLatin1StringView text)
    {
        putKey(key);
        m_out.putPlain(text);
    }
    template <typename Value>
    void always(QLatin1StringView key, const Value &value)
    {
        putKey(key);
        put(value);
    }
    template <typename Value>
    void required(QLatin1StringView key, const Value &value)
    {
        always(key, value);
    }
    template <typename Value>
    void optional(QLatin1StringView key, const Value &value)
    {
        if (!saysNothing(value))
            always(key, value);
    }
    template <typename Enum, typename Value, std::size_t size>
    void byName(QLatin1StringView key, const std::array<Value, size> &values, Enum)
    {
        putKey(key);
        ObjectWriter object(m_out);
        for (std::size_t i = 0; i < size; ++i)
            object.optional(name(static_cast<Enum>(i)), values[i]);
    }
    void bytes(QLatin1StringView text, QLatin1StringView base64, const QByteArray &value)
    {
        if (isShowable(value))
            optional(text, value);
        else
            always(base64, value.toBase64());
    }

private:
    void putKey(QLatin1StringView key)
    {
        m_out.putKey(m_separator, key);
        m_separator = ',';
    }

    template <typename Value>
    static bool saysNothing(const Value &value)
    {
        if constexpr (requires { value.isEmpty(); })
            return value.isEmpty();
        else if constexpr (requires { value.empty(); })
            return value.empty();
        else
            return value == Value{};
    }

    template <typename Value>
    void put(const Value &value)
    {
        if constexpr (std::same_as<Value, bool>)
            m_out.put(QByteArrayView(value ? "true" : "false"));
        else if constexpr (std::integral<Value>)
            m_out.put(static_cast<std::int64_t>(value));
        else if constexpr (std::is_enum_v<Value>)
            m_out.putPlain(name(value));
        else
            describe(ObjectWriter(m_out), value);
    }
    void put(const QByteArray &text) { m_out.putText(text); }
    void put(const QString &text) { m_out.putText(text.toUtf8()); }
    void put(WallTime at) { put(at.time_since_epoch()); }
    template <typename Count, typename Period>
    void put(std::chrono::duration<Count, Period> duration)
    {
        m_out.put(std::int64_t{duration.count()});
    }
    void put(const HistogramSlice::Bucket &bucket)
    {
        m_out.put(std::int64_t{bucket.upTo});
        m_out.put(',');
        m_out.put(static_cast<std::int64_t>(bucket.count));
    }
    template <typename Value>
    void put(const std::optional<Value> &value)
    {
        put(*value);
    }
    template <typename Value>
    void put(const std::vector<Value> &values)
    {
        m_out.put('[');
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (i > 0)
                m_out.put(',');
            put(values[i]);
        }
        m_out.put(']');
    }

    Out &m_out;
    char m_separator = '{';
};

}  // namespace holdline::monitor
