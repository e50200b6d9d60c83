// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobstarter.h"

#include <QDateTime>
#include <QNetworkReply>

#include <chrono>

namespace holdline {

/// What is known once the HTTP exchange of a start is over.
struct StartExchange
{
    QNetworkReply::NetworkError error = QNetworkReply::NoError;
    QString errorText;
    QByteArray proxyStatus;  ///< RFC 9209 error type where the manager told one
    bool sent = true;        ///< false: certainly, the upstream cannot have got the request
    bool timedOut = false;   ///< we gave up waiting
    bool tooLarge = false;   ///< we stopped reading the answer
    int status = 0;          ///< 0: no answer
    QByteArray contentType;
    QByteArray retryAfter;
    QByteArray body;
};

/// Sorts the end of a start by what it says about the job; JobStarter's StartResult documents the classes.
/// The rule behind it: a status line of the upstream is believed, whatever becomes of the body behind it;
/// only a 2xx needs its body to be read; and without a status line only `sent` counts. Pure.
StartResult startOutcome(const StartExchange &exchange, const QDateTime &now,
                         std::chrono::milliseconds maxRetryAfter);

}  // namespace holdline
