// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/json/jsontext.h"
#include "core/monitormessages/monitormessages.h"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstring>

/// What the monitor's encoders share; for them only.
namespace holdline::monitor {

inline bool isPlain(char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/// Whether it stands in JSON as it is. Eight bytes at a time ("Bit Twiddling Hacks", S. E. Anderson: a zero
/// in a word): every text of every row passes here.
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

/// A text that is written: QByteArray's append() costs five times as much for the few bytes of a member, and
/// rows have dozens of them.
class Out
{
public:
    explicit Out(qsizetype room = 1024) : m_bytes(room, Qt::Uninitialized), m_data(m_bytes.data()) {}
    Q_DISABLE_COPY_MOVE(Out)

    void put(char c)
    {
        makeRoom(1);
        m_data[m_size++] = c;
    }
    void put(QByteArrayView text)
    {
        makeRoom(text.size());
        std::copy_n(text.data(), text.size(), m_data + m_size);
        m_size += text.size();
    }
    void put(std::int64_t number)
    {
        constexpr qsizetype kDigits = 20;
        makeRoom(kDigits);
        char *at = m_data + m_size;
        m_size += std::to_chars(at, at + kDigits, number).ptr - at;
    }
    void putText(QByteArrayView text)
    {
        if (!isPlain(text)) {
            put(QByteArrayView(quoteJson(text)));
            return;
        }
        put('"');
        put(text);
        put('"');
    }
    QByteArray take()
    {
        m_bytes.truncate(m_size);
        return std::move(m_bytes);
    }

private:
    void makeRoom(qsizetype more)
    {
        if (m_bytes.size() - m_size >= more)
            return;
        m_bytes.resize(2 * m_bytes.size() + more);
        m_data = m_bytes.data();
    }

    QByteArray m_bytes;  ///< more than is written
    char *m_data;        ///< m_bytes'
    qsizetype m_size = 0;
};

/// A JSON object being written. Members that say nothing (empty text, zero, nothing) are left out, but those
/// that are put with always().
class ObjectWriter
{
public:
    explicit ObjectWriter(Out &out) : m_out(out) { m_out.put('{'); }
    ~ObjectWriter() { m_out.put('}'); }
    Q_DISABLE_COPY_MOVE(ObjectWriter)

    Out &key(QByteArrayView name)
    {
        m_out.put(QByteArrayView(m_first ? "\"" : ",\""));
        m_first = false;
        m_out.put(name);
        m_out.put(QByteArrayView("\":"));
        return m_out;
    }

    void always(QByteArrayView name, std::int64_t number) { key(name).put(number); }
    void always(QByteArrayView name, WallTime at) { always(name, at.time_since_epoch().count()); }
    void always(QByteArrayView name, bool value) { key(name).put(QByteArrayView(value ? "true" : "false")); }
    void always(QByteArrayView name, QByteArrayView text) { key(name).putText(text); }
    void always(QByteArrayView name, QLatin1StringView word)
    {
        always(name, QByteArrayView(word.data(), word.size()));
    }

    void put(QByteArrayView name, std::integral auto number)
    {
        if (number != 0)
            always(name, static_cast<std::int64_t>(number));
    }
    void put(QByteArrayView name, bool value)
    {
        if (value)
            always(name, true);
    }
    void put(QByteArrayView name, QByteArrayView text)
    {
        if (!text.isEmpty())
            always(name, text);
    }
    void put(QByteArrayView name, const std::optional<Microseconds> &duration)
    {
        if (duration)
            always(name, std::int64_t{duration->count()});
    }

private:
    Out &m_out;
    bool m_first = true;
};

/// By `append` of each; nothing where there are none.
template <typename Row, typename Append>
void appendRows(ObjectWriter &object, QByteArrayView name, const std::vector<Row> &rows, Append append)
{
    if (rows.empty())
        return;
    Out &out = object.key(name);
    char separator = '[';
    for (const Row &row : rows) {
        out.put(separator);
        append(out, row);
        separator = ',';
    }
    out.put(']');
}

}  // namespace holdline::monitor
