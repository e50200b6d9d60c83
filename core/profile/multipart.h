// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace holdline::profile {

/// The content of a field of `multipart/form-data` (RFC 7578), as it stands in the body.
struct FoundPart
{
    std::optional<QByteArrayView> content;  ///< the first field of that name
    bool isMalformed = false;               ///< no boundary, a body that ends early, or more than 100 parts
    bool twice = false;
};

/// Reads the body of a message with this Content-Type up to its closing boundary.
FoundPart findPart(QByteArrayView contentType, QByteArrayView body, QByteArrayView name);

/// The value of a parameter of a field such as Content-Type or Content-Disposition: `boundary=x` or
/// `name="x"`. Quotes are removed; a backslash in them stands for the next character, as RFC 9110 has it.
std::optional<QByteArray> fieldParameter(QByteArrayView value, QByteArrayView name);

}  // namespace holdline::profile
