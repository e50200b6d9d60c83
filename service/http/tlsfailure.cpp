// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/tlsfailure.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace holdline::http {

using namespace Qt::StringLiterals;

namespace {

struct Alert
{
    int number;
    QLatin1StringView name;
    bool refusesHandshake;
};

constexpr std::array<Alert, 25> kAlerts{{
    {10, "unexpected_message"_L1, false},
    {20, "bad_record_mac"_L1, false},
    {22, "record_overflow"_L1, false},
    {40, "handshake_failure"_L1, true},
    {42, "bad_certificate"_L1, true},
    {43, "unsupported_certificate"_L1, true},
    {44, "certificate_revoked"_L1, true},
    {45, "certificate_expired"_L1, true},
    {46, "certificate_unknown"_L1, true},
    {47, "illegal_parameter"_L1, false},
    {48, "unknown_ca"_L1, true},
    {49, "access_denied"_L1, true},
    {50, "decode_error"_L1, false},
    {51, "decrypt_error"_L1, true},
    {70, "protocol_version"_L1, true},
    {71, "insufficient_security"_L1, true},
    {80, "internal_error"_L1, false},
    {86, "inappropriate_fallback"_L1, true},
    {90, "user_canceled"_L1, false},
    {109, "missing_extension"_L1, true},
    {110, "unsupported_extension"_L1, true},
    {112, "unrecognized_name"_L1, true},
    {113, "bad_certificate_status_response"_L1, true},
    {116, "certificate_required"_L1, true},
    {120, "no_application_protocol"_L1, true},
}};

const Alert *findAlert(int number)
{
    const auto *const at = std::find_if(kAlerts.begin(), kAlerts.end(),
                                        [number](const Alert &alert) { return alert.number == number; });
    return at == kAlerts.end() ? nullptr : at;
}

/// Returns the host name or address that the certificate must have.
QString expectedHost(const ssl_st *ssl)
{
    X509_VERIFY_PARAM *rules = SSL_get0_param(const_cast<ssl_st *>(ssl));
    if (const char *name = X509_VERIFY_PARAM_get0_host(rules, 0))
        return QString::fromLatin1(name);
    char *address = X509_VERIFY_PARAM_get1_ip_asc(rules);
    const QString text = QString::fromLatin1(address);
    OPENSSL_free(address);
    return text;
}

}  // namespace

QLatin1StringView alertName(int alert)
{
    const Alert *known = findAlert(alert);
    return known ? known->name : "unknown_alert"_L1;
}

bool refusesHandshake(int alert)
{
    const Alert *known = findAlert(alert);
    return known && known->refusesHandshake;
}

QString certificateRefusal(const ssl_st *ssl)
{
    const long result = SSL_get_verify_result(ssl);
    switch (result) {
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return u"the certificate is for another host than %1"_s.arg(expectedHost(ssl));
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return u"the certificate has expired"_s;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return u"the certificate is not valid yet"_s;
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return u"the certificate is self-signed and not trusted"_s;
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return u"the certificate was issued by an unknown authority"_s;
        default:
            return u"the certificate is not accepted: %1"_s.arg(
                QLatin1StringView(X509_verify_cert_error_string(result)));
    }
}

QString takeTlsErrorText()
{
    const unsigned long error = ERR_get_error();
    if (error == 0)
        return {};
    // For a system error, ERR_GET_REASON() returns an errno.
    const char *reason =
        ERR_SYSTEM_ERROR(error) ? std::strerror(ERR_GET_REASON(error)) : ERR_reason_error_string(error);
    ERR_clear_error();
    return reason ? QString::fromLatin1(reason) : u"error %1"_s.arg(error, 0, 16);
}

}  // namespace holdline::http
