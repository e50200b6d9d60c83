// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace holdline::profile {

/// The content of a field of `multipart/form-data` (RFC 7578), as it stands in the body.
struct FoundPart
{
    std::optional<QByteArrayView> content;  ///< of the first field with the name; points into the body
    bool isMalformed = false;               ///< no boundary, a body that ends early, or more than 100 parts
    bool twice = false;
};

/// Finds a field by its name in a multipart body. Reads the body up to its closing boundary.
FoundPart findPart(QByteArrayView contentType, QByteArrayView body, QByteArrayView name);

/// Returns the value of a parameter in a header field such as Content-Type or Content-Disposition:
/// `boundary=x` or `name="x"`. Removes the quotes and the backslash escapes between them (RFC 9110, 5.6.4).
std::optional<QByteArray> fieldParameter(QByteArrayView value, QByteArrayView name);

}  // namespace holdline::profile
