// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"
#include "core/profile/startcodec.h"

#include <QByteArray>
#include <QString>

#include <optional>
#include <variant>

namespace holdline::profile {

/// A request to the upstream, without Host, Content-Length and what authentication adds.
struct OutgoingRequest
{
    QByteArray method;
    QByteArray url;  ///< absolute, at the upstream's host
    HeaderFields headers;
    QByteArray body;
};

/// The start that leaves for a client's request. `values` needs `callback`, `token`, `upstream`, `rest`,
/// `uuid`, `now` and `secrets`; `message` is not used. A JSON body is spliced: each byte that the profile
/// does not change stays. Any other body travels untouched.
///
/// The error is InvalidJson or BadRequest with a text for the client's problem document, MethodNotAllowed for
/// a GET that the profile does not take, or InternalError when a secret or the UUID is missing. Thread-safe.
std::variant<OutgoingRequest, StartError> buildStart(const Profile &profile, const MessageView &client,
                                                     const TemplateValues &values);

/// The request of [status], of its `result` or of [cancel]. `client` is the client's request of the start:
/// its header fields that travel go along, and locators read it. `values` needs `upstream`, `rest`, `job`,
/// `location`, `uuid`, `now` and `secrets`. `rule` is of this profile. The error is a text for the log.
std::variant<OutgoingRequest, QString> buildRequest(const Profile &profile, const RequestRule &rule,
                                                    const MessageView &client, const TemplateValues &values);

/// The client's header fields that travel by the profile's list, in their order.
HeaderFields travellingHeaders(const Profile &profile, std::span<const HeaderField> headers);

/// `location` as the upstream's answer has it, as an absolute URL. Empty when it does not lead to the
/// upstream's scheme, host and port, or is no URL: a job's address must not make us call somebody else.
QByteArray addressAtUpstream(QByteArrayView upstream, QByteArrayView location);

}  // namespace holdline::profile
