// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/poolfailure.h"

namespace holdline {

PoolFailure failureOf(const http::ConnectFailure &failure)
{
    using Error = http::ConnectError;
    switch (failure.error) {
        case Error::NameNotFound:
            return {QNetworkReply::HostNotFoundError, failure.text, "dns_error"};
        case Error::Refused:
            return {QNetworkReply::ConnectionRefusedError, failure.text, "connection_refused"};
        case Error::Reset:
            return {QNetworkReply::RemoteHostClosedError, failure.text, "connection_terminated"};
        case Error::TimedOut:
            return {QNetworkReply::TimeoutError, failure.text, "connection_timeout"};
        case Error::Unroutable:
            return {QNetworkReply::UnknownNetworkError, failure.text, "destination_ip_unroutable"};
        case Error::Prohibited:
            return {QNetworkReply::ContentAccessDenied, failure.text, "destination_ip_prohibited"};
        case Error::OutOfResources:
            return {QNetworkReply::UnknownNetworkError, failure.text, "proxy_internal_error"};
        case Error::Other:
            break;
    }
    return {QNetworkReply::UnknownNetworkError, failure.text, "destination_unavailable"};
}

PoolFailure failureOf(const http::ResponseParser &answer)
{
    using Error = http::ResponseParser::Error;
    const QString text = answer.errorText();
    switch (answer.error()) {
        case Error::NoAnswer:
            return {QNetworkReply::RemoteHostClosedError, text, "connection_terminated"};
        case Error::Incomplete:
            return {QNetworkReply::RemoteHostClosedError, text, "http_response_incomplete"};
        case Error::HeadTooLarge:
            return {QNetworkReply::ProtocolFailure, text, "http_response_header_section_size"};
        case Error::BodyTooLarge:
            return {QNetworkReply::ProtocolFailure, text, "http_response_body_size"};
        case Error::TrailerTooLarge:
            return {QNetworkReply::ProtocolFailure, text, "http_response_trailer_section_size"};
        case Error::TransferCoding:
            return {QNetworkReply::ProtocolFailure, text, "http_response_transfer_coding"};
        default:
            return {QNetworkReply::ProtocolFailure, text, "http_protocol_error"};
    }
}

}  // namespace holdline
