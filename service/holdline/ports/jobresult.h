// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace holdline {

/// The result of a job, as its clients get it. A callback or the answer to its start brought it. A value.
struct JobResult
{
    QByteArray upstreamId;
    QByteArray contentType;
    QByteArray body;
    int status = 200;
};

}  // namespace holdline
