// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"
#include "core/profile/startcodec.h"

#include <QByteArray>
#include <QString>

#include <optional>
#include <variant>

namespace holdline::profile {

/// A request to the upstream. Host, Content-Length and the header fields of authentication are added later.
struct OutgoingRequest
{
    QByteArray method;
    QByteArray url;  ///< absolute, at the upstream's host
    HeaderFields headers;
    QByteArray body;
};

/// Builds the request that starts a job at the upstream for a client's request. `values` needs `callback`,
/// `token`, `upstream`, `rest`, `uuid`, `now` and `secrets`; `message` is not used. In a JSON body, each byte
/// that the profile does not change stays; in a form, each field. Any other body is sent unchanged.
///
/// The error is InvalidJson or BadRequest with a text for the client's problem document, MethodNotAllowed for
/// a GET that the profile does not accept, or InternalError when a secret or the UUID is missing.
/// Thread-safe.
std::variant<OutgoingRequest, StartError> buildStart(const Profile &profile, const MessageView &client,
                                                     const TemplateValues &values);

/// Builds a request about a job: the request of [status], of its `result` or of [cancel]. `rule` is that
/// request's rule in `profile`. `client` is the client's request that started the job; its fields in
/// `start.headers` are copied, and locators read its values. `values` needs `upstream`, `rest`, `job`,
/// `location`, `uuid`, `now` and `secrets`. The error is a text for the log.
std::variant<OutgoingRequest, QString> buildRequest(const Profile &profile, const RequestRule &rule,
                                                    const MessageView &client, const TemplateValues &values);

/// Returns the client's header fields that the profile's `start.headers` passes on to the upstream, in their
/// order. Content-Type and fields of the connection are never among them.
HeaderFields travellingHeaders(const Profile &profile, std::span<const HeaderField> headers);

/// Returns the `location` of an upstream's answer as an absolute URL. Empty when `location` is no URL, or has
/// another scheme, host or port than the upstream: an answer must not make Holdline call another server.
QByteArray addressAtUpstream(QByteArrayView upstream, QByteArrayView location);

}  // namespace holdline::profile
