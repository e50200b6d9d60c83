// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace holdline {

/// The result of a job, as its clients get it. It arrived with a callback or with the answer to the start
/// request. A plain value.
struct JobResult
{
    QByteArray upstreamId;
    QByteArray contentType;
    QByteArray body;
    int status = 200;
};

}  // namespace holdline
