// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QUrl>

#include <variant>

namespace holdline {

/// What POST /start asks for.
struct JobRequest
{
    QByteArray account;  ///< UTF-8, 1 to 256 bytes
    bool wait = true;
    QUrl callback;  ///< http or https; wait:false only
    QByteArray idempotencyKey;
    QByteArray order;  ///< what the client calls it, up to 256 bytes; empty: nothing, or not a string
};

/// Why a request cannot be served: becomes `{"error":"<text>"}`.
struct RequestError
{
    int status = 400;
    QString text;
};

/// `{"account":"…","wait":true}` or `{"account":"…","wait":false,"callback":"http://…"}`; `wait` is true
/// when it is missing. Of other members only `order` is kept, which tells jobs of one account apart.
std::variant<JobRequest, RequestError> parseJobRequest(const QByteArray &body);

/// What POST /validate asks for.
struct ValidateRequest
{
    QByteArray account;
    QByteArray block;
};

/// `{"account":"…","proof":"<block>"}`, or the block (or a whole output of jobclient) as it is with
/// `?account=…` in the target.
std::variant<ValidateRequest, RequestError> parseValidateRequest(const QByteArray &target,
                                                                 const QByteArray &body);

}  // namespace holdline
