// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/http/message.h"

namespace holdline {

/// Returns the text before the paths of this service in links of an answer to `request`, without a slash at
/// the end: `server.public_url`; or else the X-Forwarded-Prefix that a proxy of `server.trusted_proxies`
/// sent; or else an empty text. Several prefixes in the field are joined in the order of the field. The field
/// is ignored when a prefix is no path, or when all together have more than 1024 bytes. Pure.
QByteArray linkBaseOf(const Config::Server &server, const http::Request &request);

}  // namespace holdline
