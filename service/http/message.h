// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/httpvalues/grammar.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <utility>
#include <vector>

namespace holdline::http {

/// Header fields in the order of the message. ASCII case of names does not matter (RFC 9110, 5.1).
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
    /// Replaces all fields of that name by one field.
    void set(const QByteArray &name, QByteArray value);
    void remove(QByteArrayView name);
    /// Removes the fields for whose name `isUnwanted(name)` is true.
    template <typename Predicate>
    void removeIf(Predicate isUnwanted)
    {
        std::erase_if(m_fields, [&isUnwanted](const Field &field) { return isUnwanted(field.first); });
    }
    bool contains(QByteArrayView name) const { return find(name) != nullptr; }
    /// Returns the value of the first field of that name, or an empty value.
    QByteArray value(QByteArrayView name) const;
    /// Returns all values of that name joined with ", " (RFC 9110, 5.3). Empty when no field has that name.
    std::optional<QByteArray> combined(QByteArrayView name) const;

    const std::vector<Field> &all() const { return m_fields; }
    auto begin() const { return m_fields.begin(); }
    auto end() const { return m_fields.end(); }
    std::size_t size() const { return m_fields.size(); }
    bool empty() const { return m_fields.empty(); }

private:
    const QByteArray *find(QByteArrayView name) const;

    std::vector<Field> m_fields;
};

/// A complete, validated request: framing removed, chunks joined, trailers dropped.
struct Request
{
    QByteArray method;
    /// The path and query in origin form, e.g. `/start?x=1`. The path is in normal form (normalPath()), the
    /// query as received. HttpListener itself answers `OPTIONS *`.
    QByteArray target;
    /// The minor version: 0 for HTTP/1.0, 1 for HTTP/1.1.
    int minorVersion = 1;
    /// The fields without those of connection and framing, see removeConnectionFields().
    HeaderFields headers;
    QByteArray body;
    /// The client's `X-Request-Id` when it is safe in a log (1–128 visible ASCII), otherwise a generated one.
    QByteArray requestId;
    /// Address and port of the client, e.g. "127.0.0.1:54321".
    QByteArray peer;

    /// Returns the target without its query.
    QByteArrayView path() const;
};

/// A response. The connection adds Date, Connection, Content-Length and X-Request-Id.
struct Response
{
    int status = 200;
    HeaderFields headers;
    QByteArray body;
    /// Closes the connection after this response, also when the client wants to keep it.
    bool close = false;
};

/// Returns the registered reason phrase of a status, e.g. "Not Found", or "Unknown".
QByteArrayView reasonPhrase(int status);

}  // namespace holdline::http
