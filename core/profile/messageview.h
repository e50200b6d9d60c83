// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/httpvalues/grammar.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace holdline::profile {

using HeaderField = std::pair<QByteArray, QByteArray>;  ///< name and value
using HeaderFields = std::vector<HeaderField>;

/// A request or an answer, as locators and templates see it. Does not own the bytes that it views; they must
/// outlive it.
struct MessageView
{
    QByteArrayView method{};  ///< empty in an answer
    int status = 0;           ///< 0 in a request
    QByteArrayView path{};    ///< as received, with percent escapes and without the query
    QByteArrayView query{};   ///< as received, without the question mark
    /// In a callback: the rest of the path after the token, without the slash before the rest. Percent
    /// escapes stay.
    QByteArrayView suffix{};
    std::span<const HeaderField> headers{};
    QByteArrayView body{};
};

using http::equalsIgnoreCase;

/// Returns the value of the first field called `name`. Case does not matter.
std::optional<QByteArrayView> headerValue(std::span<const HeaderField> headers, QByteArrayView name);
/// Replaces all fields called `name` by one field.
void setHeader(HeaderFields &headers, const QByteArray &name, const QByteArray &value);
void removeHeader(HeaderFields &headers, QByteArrayView name);

/// True for fields of one connection or of framing, which no profile may set or pass on (RFC 9110, 7.6.1).
bool isConnectionField(QByteArrayView name);

}  // namespace holdline::profile
