// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <utility>
#include <vector>

namespace holdline::http {

/// Header fields in the order they came; names compare without regard to ASCII case (RFC 9110, 5.1).
class HeaderFields
{
public:
    using Field = std::pair<QByteArray, QByteArray>;

    HeaderFields() = default;
    HeaderFields(std::initializer_list<Field> fields) : m_fields(fields) {}

    void append(QByteArray name, QByteArray value)
    {
        m_fields.emplace_back(std::move(name), std::move(value));
    }
    /// Replaces every field of that name by one.
    void set(const QByteArray &name, QByteArray value);
    void remove(QByteArrayView name);
    /// Removes those of which `isUnwanted(name)` is true.
    template <typename Predicate>
    void removeIf(Predicate isUnwanted)
    {
        std::erase_if(m_fields, [&isUnwanted](const Field &field) { return isUnwanted(field.first); });
    }
    bool contains(QByteArrayView name) const { return find(name) != nullptr; }
    /// The first field's value; empty when there is none.
    QByteArray value(QByteArrayView name) const;
    /// All values of that name joined with ", " (RFC 9110, 5.3); nothing when there is none.
    std::optional<QByteArray> combined(QByteArrayView name) const;

    auto begin() const { return m_fields.begin(); }
    auto end() const { return m_fields.end(); }
    std::size_t size() const { return m_fields.size(); }
    bool empty() const { return m_fields.empty(); }

private:
    const QByteArray *find(QByteArrayView name) const;

    std::vector<Field> m_fields;
};

/// True when two field names (or other ASCII tokens) are equal without regard to case.
bool equalsIgnoreCase(QByteArrayView a, QByteArrayView b);

/// A complete, validated request: framing removed, chunks joined, trailers dropped.
struct Request
{
    QByteArray method;
    /// Origin form as it came, path and query, e.g. `/start?x=1`. (`OPTIONS *` is answered by the listener.)
    QByteArray target;
    /// 0 for HTTP/1.0, 1 for HTTP/1.1.
    int minorVersion = 1;
    /// Without what concerned the connection or the framing only (headrules.h says which).
    HeaderFields headers;
    QByteArray body;
    /// The client's `X-Request-Id` if it is one to be trusted in a log (1–128 visible ASCII), else one we
    /// made.
    QByteArray requestId;
    /// The other end, "127.0.0.1:54321".
    QByteArray peer;

    /// The target without its query.
    QByteArrayView path() const;
};

/// An answer. Date, Connection, Content-Length and X-Request-Id are written by whoever sends it.
struct Response
{
    int status = 200;
    HeaderFields headers;
    QByteArray body;
    /// Close the connection after this answer, whatever the client wanted.
    bool close = false;
};

/// The registered reason phrase of a status, e.g. "Not Found"; "Unknown" for one that has none.
QByteArrayView reasonPhrase(int status);

}  // namespace holdline::http
