// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/deadlinetimer.h"
#include "service/holdline/ports/jobstarter.h"

#include <QNetworkRequest>
#include <QUrl>

#include <unordered_map>

class QNetworkAccessManager;
class QNetworkReply;

namespace holdline {

class OnceBody;

/// Sends start requests as `POST <url>` with `Content-Type: application/json`, `Idempotency-Key`,
/// `User-Agent` and the headers of the StartCall. A StartCall may set its own method, URL and content type.
/// Uses any QNetworkAccessManager: PooledAccessManager, or Qt's own for comparison. With both, a start
/// request arrives at most once. No request is repeated, redirects are not followed and bodies are not
/// decompressed.
///
/// Lifetime: the network manager may be shared and must outlive the client. The destructor aborts requests in
/// progress without a signal. Thread: the manager's. The headers of a StartCall must be valid field values
/// (RFC 9110, 5.5).
class UpstreamClient final : public JobStarter
{
    Q_OBJECT

public:
    struct Limits
    {
        std::int64_t maxAnswerBytes = 1024 * 1024;  ///< bytes; a longer answer is not read to its end
        std::chrono::milliseconds maxRetryAfter{600'000};
    };

    UpstreamClient(QNetworkAccessManager *manager, const QUrl &url, const Limits &limits,
                   QObject *parent = nullptr);
    ~UpstreamClient() override;

    /// Sets the URL of later start requests. Requests in progress keep theirs.
    void setUrl(const QUrl &url) { m_request.setUrl(url); }
    void setLimits(const Limits &limits) { m_limits = limits; }

    void start(Ticket ticket, const StartCall &call) override;
    int inFlight() const { return static_cast<int>(m_calls.size()); }

private:
    struct Call
    {
        QNetworkReply *reply = nullptr;
        OnceBody *body = nullptr;  ///< child of the reply
        std::int64_t maxAnswerBytes = 0;
        bool timedOut = false;
        bool tooLarge = false;
        bool passThrough = false;
        StartAnswerReader readAnswer;
        bool readsEveryStatus = false;
    };

    void checkSize(Ticket ticket);
    void end(Ticket ticket);

    QNetworkAccessManager *m_manager;
    QNetworkRequest m_request;       ///< the common part of all start requests
    qsizetype m_contentLength = -1;  ///< the Content-Length set in m_request
    Limits m_limits;
    std::unordered_map<Ticket, Call> m_calls;
    DeadlineTimer<Ticket> m_deadlines;
};

}  // namespace holdline
