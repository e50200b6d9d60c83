// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobstarter.h"

#include <QByteArray>
#include <QUrl>

namespace holdline::tools {

/// The bytes of the request that UpstreamClient and the pool would send for a call, and the URL to which they
/// go. `usual` is the URL of calls without one. Nothing is sent. Needs a QCoreApplication.
struct SentBytes
{
    QUrl url;
    QByteArray bytes;  ///< empty when the request cannot be sent
};
SentBytes sentBytes(const StartCall &call, const QUrl &usual);

}  // namespace holdline::tools
