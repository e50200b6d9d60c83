// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobstarter.h"

#include <QByteArray>
#include <QUrl>

namespace holdline::tools {

/// The bytes that UpstreamClient and the connection pool would send for a call, and the URL of the request.
/// `usual` is the URL for calls without a URL. Nothing is sent. Needs a QCoreApplication.
struct SentBytes
{
    QUrl url;
    QByteArray bytes;  ///< empty when the request cannot be sent
};
SentBytes sentBytes(const StartCall &call, const QUrl &usual);

}  // namespace holdline::tools
