// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QUrl>

#include <memory>
#include <variant>

namespace holdline {

struct ApiStart;

/// The request of POST /start.
struct JobRequest
{
    QByteArray account;  ///< UTF-8, 1 to 256 bytes
    bool wait = true;
    QUrl callback;  ///< http or https; only with wait:false
    QByteArray idempotencyKey;
    QByteArray order;  ///< the client's name of the job, up to 256 bytes; empty when missing or not a string
    std::shared_ptr<const ApiStart> api{};  ///< for a profile's API; null for the job server's own API
};

/// The reason why a request is refused. Becomes `{"error":"<text>"}`.
struct RequestError
{
    int status = 400;
    QString text;
};

/// Reads `{"account":"…","wait":true}` or `{"account":"…","wait":false,"callback":"http://…"}`. A missing
/// `wait` means true. Of the other members only `order` is used, which distinguishes jobs of one account.
std::variant<JobRequest, RequestError> parseJobRequest(const QByteArray &body);

/// The request of POST /validate.
struct ValidateRequest
{
    QByteArray account;
    QByteArray block;
};

/// Reads `{"account":"…","proof":"<block>"}`. Also reads the bare block, or a whole output of jobclient, with
/// `?account=…` in the target.
std::variant<ValidateRequest, RequestError> parseValidateRequest(const QByteArray &target,
                                                                 const QByteArray &body);

}  // namespace holdline
