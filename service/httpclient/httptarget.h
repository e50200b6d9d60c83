// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/httpclient/origin.h"

#include <QByteArray>
#include <QUrl>

namespace holdline {

/// Where the request for a URL goes, and how its head names that.
struct HttpTarget
{
    QUrl url;
    Origin origin;
    QByteArray hostField;  ///< the value of the field Host, without a port that the scheme implies
    QByteArray path;       ///< in origin form, with the query
};

/// `url` is an absolute http or https URL. Pure.
HttpTarget httpTargetOf(const QUrl &url);

}  // namespace holdline
