// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobstarter.h"

#include <QDateTime>
#include <QList>
#include <QNetworkReply>
#include <QUrl>

#include <chrono>

namespace holdline {

/// The facts about a start after its HTTP exchange.
struct StartExchange
{
    QNetworkReply::NetworkError error = QNetworkReply::NoError;
    QString errorText;
    QByteArray proxyStatus;         ///< error type of RFC 9209, if the manager knows one
    bool sent = true;               ///< false when the upstream has certainly not got the request
    bool timedOut = false;          ///< the client's time limit passed
    bool tooLarge = false;          ///< the answer was too large and not read to its end
    bool passThrough = false;       ///< see StartCall
    bool readsEveryStatus = false;  ///< see StartCall
    int status = 0;                 ///< 0 without an answer
    QByteArray contentType;
    QByteArray retryAfter;
    QByteArray body;
    QList<std::pair<QByteArray, QByteArray>> fields{};  ///< of the answer's head
    QUrl url{};                                         ///< that was asked
};

/// Classifies the end of a start by its meaning for the job. StartResult describes the classes. The rules: a
/// status line of the upstream counts, even when the body after it is lost. Only a 2xx needs its body. A
/// start that passes through needs no id in its answer, and takes a redirect for an answer. Without a status
/// line only `sent` counts. `readAnswer` is StartCall::readAnswer. Pure.
StartResult startOutcome(const StartExchange &exchange, const QDateTime &now,
                         std::chrono::milliseconds maxRetryAfter, const StartAnswerReader &readAnswer = {});

}  // namespace holdline
