// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/poolfailure.h"

#include "core/base/enumtable.h"

namespace holdline {

namespace {

using ConnectError = http::ConnectError;
using AnswerError = http::ResponseParser::Error;
using TlsError = http::TlsError;

struct Meaning
{
    QNetworkReply::NetworkError error;
    const char *proxyStatus;
};

constexpr EnumTable<ConnectError, Meaning, 8> kConnectErrors({
    {ConnectError::NameNotFound, {QNetworkReply::HostNotFoundError, "dns_error"}},
    {ConnectError::Refused, {QNetworkReply::ConnectionRefusedError, "connection_refused"}},
    {ConnectError::Reset, {QNetworkReply::RemoteHostClosedError, "connection_terminated"}},
    {ConnectError::TimedOut, {QNetworkReply::TimeoutError, "connection_timeout"}},
    {ConnectError::Unroutable, {QNetworkReply::UnknownNetworkError, "destination_ip_unroutable"}},
    {ConnectError::Prohibited, {QNetworkReply::ContentAccessDenied, "destination_ip_prohibited"}},
    {ConnectError::OutOfResources, {QNetworkReply::UnknownNetworkError, "proxy_internal_error"}},
    {ConnectError::Other, {QNetworkReply::UnknownNetworkError, "destination_unavailable"}},
});

constexpr EnumTable<TlsError, Meaning, 5> kTlsErrors({
    {TlsError::Certificate, {QNetworkReply::SslHandshakeFailedError, "tls_certificate_error"}},
    {TlsError::Alert, {QNetworkReply::SslHandshakeFailedError, "tls_alert_received"}},
    {TlsError::Protocol, {QNetworkReply::SslHandshakeFailedError, "tls_protocol_error"}},
    {TlsError::Reset, {QNetworkReply::RemoteHostClosedError, "connection_terminated"}},
    {TlsError::Truncated, {QNetworkReply::RemoteHostClosedError, "connection_terminated"}},
});

constexpr Meaning kProtocolError{QNetworkReply::ProtocolFailure, "http_protocol_error"};
constexpr EnumTable<AnswerError, Meaning, 12> kAnswerErrors({
    {AnswerError::None, kProtocolError},
    {AnswerError::NoAnswer, {QNetworkReply::RemoteHostClosedError, "connection_terminated"}},
    {AnswerError::Incomplete, {QNetworkReply::RemoteHostClosedError, "http_response_incomplete"}},
    {AnswerError::StatusLine, kProtocolError},
    {AnswerError::Field, kProtocolError},
    {AnswerError::Framing, kProtocolError},
    {AnswerError::TransferCoding, {QNetworkReply::ProtocolFailure, "http_response_transfer_coding"}},
    {AnswerError::Chunk, kProtocolError},
    {AnswerError::HeadTooLarge, {QNetworkReply::ProtocolFailure, "http_response_header_section_size"}},
    {AnswerError::BodyTooLarge, {QNetworkReply::ProtocolFailure, "http_response_body_size"}},
    {AnswerError::TrailerTooLarge, {QNetworkReply::ProtocolFailure, "http_response_trailer_section_size"}},
    {AnswerError::Interim, kProtocolError},
});

}  // namespace

PoolFailure failureOf(const http::ConnectFailure &failure)
{
    const Meaning &meaning = kConnectErrors[failure.error];
    return {meaning.error, failure.text, meaning.proxyStatus};
}

PoolFailure failureOf(const http::TlsFailure &failure)
{
    const Meaning &meaning = kTlsErrors[failure.error];
    // A busy or restarting server sends alerts like internal_error. A later attempt may then succeed.
    const bool mayPass = failure.error == TlsError::Alert && !http::refusesHandshake(failure.alert);
    return {mayPass ? QNetworkReply::RemoteHostClosedError : meaning.error, failure.text,
            meaning.proxyStatus};
}

PoolFailure failureOf(const http::ResponseParser &answer)
{
    const Meaning &meaning = kAnswerErrors[answer.error()];
    return {meaning.error, answer.errorText(), meaning.proxyStatus};
}

}  // namespace holdline
