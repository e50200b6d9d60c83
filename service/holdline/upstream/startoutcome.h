// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobstarter.h"

#include <QDateTime>
#include <QList>
#include <QNetworkReply>
#include <QUrl>

#include <chrono>

namespace holdline {

/// What is known about a start request after its HTTP exchange.
struct StartExchange
{
    QNetworkReply::NetworkError error = QNetworkReply::NoError;
    QString errorText;
    QByteArray proxyStatus;         ///< error type of RFC 9209, if the network manager reports one
    bool sent = true;               ///< false when the upstream has certainly not received the request
    bool timedOut = false;          ///< StartCall::timeout passed
    bool tooLarge = false;          ///< the answer was too large, so it was not read to its end
    bool passThrough = false;       ///< see StartCall
    bool readsEveryStatus = false;  ///< see StartCall
    int status = 0;                 ///< status of the answer; 0 without an answer
    QByteArray contentType;
    QByteArray retryAfter;
    QByteArray body;
    QList<std::pair<QByteArray, QByteArray>> fields{};  ///< header fields of the answer
    QUrl url{};                                         ///< URL of the request
};

/// Classifies the result of a start request by its meaning for the job. StartResult describes the classes.
/// Once the upstream's status line has arrived, it counts, even when the body after it is lost. Only a 2xx
/// needs its body. With `passThrough` the answer needs no job id, and a redirect is a valid answer. Without a
/// status line only `sent` counts. `now` and `maxRetryAfter` (its cap) are for Retry-After. `readAnswer` is
/// StartCall::readAnswer. Pure.
StartResult startOutcome(const StartExchange &exchange, const QDateTime &now,
                         std::chrono::milliseconds maxRetryAfter, const StartAnswerReader &readAnswer = {});

}  // namespace holdline
