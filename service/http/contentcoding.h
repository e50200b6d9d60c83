// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

#include <QString>

namespace holdline::http {

/// True when the body has a content coding, such as gzip (RFC 9110, 8.4). `identity` is none. ASCII case and
/// empty list elements do not matter. Pure.
bool hasContentCoding(const HeaderFields &headers);

/// The detail of the problem for a request whose body cannot be read because of its coding. It has the reason
/// Reason::UnsupportedEncoding, and problemResponse() adds the field that tells clients what is read.
QString contentCodingDetail();

}  // namespace holdline::http
