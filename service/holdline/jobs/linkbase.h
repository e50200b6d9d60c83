// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/config.h"
#include "service/http/message.h"

namespace holdline {

/// What stands before the paths of this service in links of an answer to `request`, without a slash at its
/// end: `server.public_url`; or else the X-Forwarded-Prefix that a proxy of `server.trusted_proxies` sent; or
/// else nothing. Prefixes of several proxies stand one behind the other, that of the first proxy first. A
/// prefix that is no path, or that is long, counts as none. Pure.
QByteArray linkBaseOf(const Config::Server &server, const http::Request &request);

}  // namespace holdline
