// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

#include <QString>

namespace holdline::http {

/// True when the body has a content coding, such as gzip (RFC 9110, 8.4). `identity` does not count as a
/// coding. ASCII case and empty list elements do not matter. Pure.
bool hasContentCoding(const HeaderFields &headers);

/// Returns the detail text of the problem for a request whose body has a content coding. Such a problem has
/// the reason Reason::UnsupportedEncoding. problemResponse() adds `Accept-Encoding: identity`, which tells
/// clients how to send bodies.
QString contentCodingDetail();

}  // namespace holdline::http
