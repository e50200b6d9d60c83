// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace holdline {

/// The result of a job, as a callback or the answer to its start brought it. A value.
struct JobResult
{
    QByteArray upstreamId;
    QByteArray contentType;
    QByteArray body;  ///< byte for byte
};

}  // namespace holdline
