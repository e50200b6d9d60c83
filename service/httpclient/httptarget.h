// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/httpclient/origin.h"

#include <QByteArray>
#include <QUrl>

namespace holdline {

/// Where the request for a URL is sent, and the values that its head contains.
struct HttpTarget
{
    QUrl url;
    Origin origin;
    QByteArray hostField;  ///< the value of the Host field, without the scheme's default port
    QByteArray path;       ///< the request target in origin form: path and query
};

/// Returns the target for an absolute http or https URL. Pure.
HttpTarget httpTargetOf(const QUrl &url);

}  // namespace holdline
