// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace holdline::profile {

using HeaderField = std::pair<QByteArray, QByteArray>;  ///< name and value
using HeaderFields = std::vector<HeaderField>;

/// A request or an answer, as locators and templates see it. It owns nothing: all views must outlive it.
struct MessageView
{
    QByteArrayView method{};  ///< empty in an answer
    int status = 0;           ///< 0 in a request
    QByteArrayView path{};    ///< as received, with percent escapes and without the query
    QByteArrayView query{};   ///< as received, without the question mark
    /// In a callback, what follows the token in the path, without the slash before it. Percent escapes stay.
    QByteArrayView suffix{};
    std::span<const HeaderField> headers{};
    QByteArrayView body{};
};

/// True when two ASCII tokens are equal. Case does not matter.
inline bool equalsIgnoreCase(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size() && a.compare(b, Qt::CaseInsensitive) == 0;
}

/// The value of the first field of that name.
std::optional<QByteArrayView> headerValue(std::span<const HeaderField> headers, QByteArrayView name);
/// Replaces all fields of that name by one.
void setHeader(HeaderFields &headers, const QByteArray &name, const QByteArray &value);
void removeHeader(HeaderFields &headers, QByteArrayView name);

/// True for a token (RFC 9110, 5.6.2).
bool isHeaderName(QByteArrayView name);
/// True when `value` has no control character but tabs (RFC 9110, 5.5).
bool isHeaderValue(QByteArrayView value);
/// True for fields of one connection or of framing, which no profile may set or pass on (RFC 9110, 7.6.1).
bool isConnectionField(QByteArrayView name);

}  // namespace holdline::profile
