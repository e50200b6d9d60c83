// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/upstream/startoutcome.h"

#include "core/profile/startcodec.h"
#include "service/holdline/upstream/answerfields.h"
#include "service/http/retryafter.h"

namespace holdline {

using namespace Qt::StringLiterals;
using Fate = StartResult::Fate;

namespace {

/// True for errors below HTTP. Network and proxy errors have numbers below 200, protocol errors start at 301.
/// All other errors follow from the HTTP status.
bool isBelowHttp(QNetworkReply::NetworkError error, int status)
{
    switch (error) {
        case QNetworkReply::NoError:
            return false;
        case QNetworkReply::ProxyAuthenticationRequiredError:
            return status != 407;
        case QNetworkReply::ProtocolInvalidOperationError:
            return status != 400 && status != 418;
        case QNetworkReply::ProtocolUnknownError:
        case QNetworkReply::ProtocolFailure:
            return true;
        default:
            return error < QNetworkReply::ContentAccessDenied || status == 0;
    }
}

bool isRetryableStatus(int status)
{
    return status == 408 || status == 425 || status == 429 || status == 502 || status == 503 || status == 504;
}

QByteArray proxyStatusOf(const StartExchange &exchange)
{
    if (exchange.tooLarge)
        return "http_response_body_size";
    if (exchange.timedOut)
        return exchange.sent ? "http_response_timeout" : "connection_timeout";
    if (!exchange.proxyStatus.isEmpty())
        return exchange.proxyStatus;
    switch (exchange.error) {
        case QNetworkReply::NoError:
            return {};
        case QNetworkReply::ConnectionRefusedError:
            return "connection_refused";
        case QNetworkReply::HostNotFoundError:
            return "dns_error";
        case QNetworkReply::TimeoutError:
        case QNetworkReply::OperationCanceledError:
            return exchange.sent ? "http_response_timeout" : "connection_timeout";
        case QNetworkReply::RemoteHostClosedError:
            return exchange.status == 0 ? "connection_terminated" : "http_response_incomplete";
        case QNetworkReply::SslHandshakeFailedError:
            return "tls_protocol_error";
        case QNetworkReply::TemporaryNetworkFailureError:
        case QNetworkReply::NetworkSessionFailedError:
        case QNetworkReply::UnknownNetworkError:
            return "destination_unavailable";
        default:
            return exchange.sent ? "http_protocol_error" : "proxy_internal_error";
    }
}

/// Returns the result when no status line was received.
StartResult withoutAnswer(const StartExchange &exchange)
{
    StartResult result;
    result.unreachable = true;
    result.timedOut = exchange.timedOut;
    result.proxyStatus = proxyStatusOf(exchange);
    if (exchange.sent) {
        result.fate = Fate::Unknown;
        result.detail = exchange.timedOut ? u"The upstream did not answer in time"_s
                                          : u"No answer from the upstream: %1"_s.arg(exchange.errorText);
        return result;
    }
    result.fate = Fate::NotStarted;
    // Another attempt is useless with a faulty URL or request, or with a certificate that is not accepted.
    result.retryable = exchange.error < QNetworkReply::ContentAccessDenied &&
                       exchange.error != QNetworkReply::SslHandshakeFailedError;
    result.detail = exchange.timedOut ? u"No connection to the upstream in time"_s
                                      : u"The upstream cannot be reached: %1"_s.arg(exchange.errorText);
    return result;
}

/// Reads a complete answer of an API that a profile describes.
void readByProfile(const StartExchange &exchange, const StartAnswerReader &read, StartResult &result)
{
    profile::MessageView answer;
    answer.status = exchange.status;
    answer.headers = exchange.fields;
    answer.body = exchange.body;
    read(answer, result);
}

/// Reads a complete 2xx of the job server's API, or a complete answer to a start request with `passThrough`.
void readJobMessage(const StartExchange &exchange, StartResult &result)
{
    const auto answer = parseJobMessage(exchange.body);
    const auto *message = std::get_if<JobMessage>(&answer);
    if (message)
        result.upstreamId = message->id;
    if (message && !exchange.passThrough)
        result.report = message->report;
    if (message || exchange.passThrough) {
        result.fate = Fate::Accepted;
        result.detail.clear();
        return;
    }
    result.proxyStatus = "http_protocol_error";
    result.detail = u"The upstream's answer to the start is invalid: %1"_s.arg(std::get<QString>(answer));
}

}  // namespace

StartResult startOutcome(const StartExchange &exchange, const QDateTime &now,
                         std::chrono::milliseconds maxRetryAfter, const StartAnswerReader &readAnswer)
{
    if (exchange.status == 0)
        return withoutAnswer(exchange);

    const bool whole =
        !exchange.timedOut && !exchange.tooLarge && !isBelowHttp(exchange.error, exchange.status);
    StartResult result;
    result.status = exchange.status;
    result.timedOut = exchange.timedOut;
    result.retryAfter = http::parseRetryAfter(exchange.retryAfter, now, maxRetryAfter);
    // The fields of an answer that started a job are not passed on.
    if (exchange.passThrough || exchange.status >= 300)
        result.fields = passedOnFields(exchange.fields, exchange.status, exchange.url);
    if (whole) {
        result.contentType = exchange.contentType;
        result.body = exchange.body;
    } else {
        result.proxyStatus = proxyStatusOf(exchange);
        result.brokeOff = result.proxyStatus != "http_response_body_size";
        std::erase_if(result.fields, [](const auto &field) { return field.first.startsWith("Content-"); });
    }
    if (exchange.status >= 300 || !whole) {
        result.detail = u"The upstream answered %1"_s.arg(exchange.status);
        if (!whole)
            result.detail += u", and its body could not be read"_s;
    }
    if (exchange.readsEveryStatus && readAnswer && whole) {
        readByProfile(exchange, readAnswer, result);
        return result;
    }
    if (exchange.status < 300 || (exchange.status < 400 && exchange.passThrough)) {
        if (!whole)
            return result;  // the fate is Unknown
        if (readAnswer)
            readByProfile(exchange, readAnswer, result);
        else
            readJobMessage(exchange, result);
        return result;
    }
    if (exchange.status < 400) {
        result.fate = Fate::NotStarted;
        result.detail += u" (a redirect, which is not followed)"_s;
        return result;
    }
    if (isRetryableStatus(exchange.status)) {
        result.fate = Fate::NotStarted;
        result.retryable = true;
        return result;
    }
    result.fate = exchange.status < 500 ? Fate::Rejected : Fate::NotStarted;
    return result;
}

}  // namespace holdline
