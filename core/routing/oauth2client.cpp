// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/routing/oauth2client.h"

#include "core/httpvalues/grammar.h"
#include "core/json/jsontext.h"
#include "core/profile/formfields.h"
#include "core/profile/jsonwalk.h"

#include <algorithm>
#include <optional>

namespace holdline {

using namespace Qt::StringLiterals;
using std::chrono::seconds;

namespace {

constexpr qsizetype kMaxErrorCode = 60;

/// Encodes a text as application/x-www-form-urlencoded (RFC 6749, appendix B).
QByteArray formEncode(QByteArrayView text)
{
    return profile::percentEncode(text).replace("%20", "+");
}

void addField(QByteArray &form, QByteArrayView name, QByteArrayView value)
{
    if (!form.isEmpty())
        form += '&';
    form += formEncode(name) + '=' + formEncode(value);
}

/// Returns the answer's `error`, if it looks like an error code (RFC 6749, 5.2). Ignores the description,
/// because it may repeat the secret that was sent.
QByteArray errorCode(QByteArrayView json)
{
    const QByteArray code = profile::memberText(json, "error");
    const bool isCode = code.size() <= kMaxErrorCode && std::all_of(code.begin(), code.end(), [](char c) {
                            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
                        });
    return isCode ? code : QByteArray();
}

/// Reads whole seconds from a JSON number, or from a JSON string of digits. Returns nothing for any other
/// value.
std::optional<seconds> lifetimeOf(QByteArrayView value)
{
    const bool isText = value.size() >= 2 && value.startsWith('"');
    QByteArrayView digits = isText ? value.sliced(1).chopped(1).trimmed() : value;
    if (const qsizetype point = digits.indexOf('.'); point > 0)
        digits = digits.first(point);
    const auto count = http::parseDigits(digits, kLongestTokenLife.count());
    return count ? std::optional(seconds(*count)) : std::nullopt;
}

/// Accepts any visible ASCII characters, more than RFC 6750, 2.1, allows in a token.
bool isToken(const QByteArray &text)
{
    return !text.isEmpty() && text.size() <= kMaxTokenBytes &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// True for a status after which a retry may soon succeed.
bool maySoonBeOther(int status)
{
    return status >= 500 || status == 408 || status == 425 || status == 429;
}

}  // namespace

bool namesGrantType(const QByteArray &tokenUrl)
{
    const qsizetype mark = tokenUrl.indexOf('?');
    return mark >= 0 && profile::findField(tokenUrl.sliced(mark + 1), "grant_type").value;
}

std::variant<profile::OutgoingRequest, QString> tokenRequest(const OAuth2Client &client,
                                                             const profile::Secrets &secrets)
{
    using Style = OAuth2Client::Style;
    const auto found = secrets.find(client.secret);
    const QString name = QString::fromUtf8(client.secret);
    if (found == secrets.end())
        return u"the secret %1 is missing"_s.arg(name);
    QByteArray id = client.id;
    QByteArray secret = profile::firstLine(found->second);
    if (id.isEmpty()) {
        const qsizetype colon = secret.indexOf(':');
        if (colon < 1)
            return u"without oauth2.id the secret %1 must hold id:secret"_s.arg(name);
        id = secret.first(colon);
        secret = secret.sliced(colon + 1);
    }

    QByteArray form;
    if (client.style != Style::Get || !namesGrantType(client.tokenUrl))
        addField(form, "grant_type", "client_credentials");
    if (!client.scope.isEmpty())
        addField(form, "scope", client.scope);
    for (const auto &[field, value] : client.fields)
        addField(form, field, value);
    if (client.style == Style::Body) {
        addField(form, "client_id", id);
        addField(form, "client_secret", secret);
    }

    profile::OutgoingRequest request;
    request.url = client.tokenUrl;
    request.headers.emplace_back("Accept", "application/json");
    if (client.style == Style::Basic)
        request.headers.emplace_back("Authorization",
                                     "Basic " + (formEncode(id) + ':' + formEncode(secret)).toBase64());
    if (client.style == Style::Get) {
        request.method = "GET";
        request.headers.emplace_back("Authorization", "Basic " + (id + ':' + secret).toBase64());
        if (!form.isEmpty())
            request.url += (request.url.contains('?') ? '&' : '?') + form;
        return request;
    }
    request.method = "POST";
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    request.body = form;
    return request;
}

std::variant<AccessToken, NoToken> readTokenAnswer(int status, QByteArrayView body)
{
    const auto scanned = scanJson(body);
    const auto *type = std::get_if<JsonType>(&scanned);
    const bool isObject = type && *type == JsonType::Object;
    if (status != 200) {
        const QByteArray code = isObject ? errorCode(body) : QByteArray();
        const QString said = code.isEmpty() ? QString() : u" "_s + QString::fromLatin1(code);
        return NoToken{u"the token endpoint answered %1"_s.arg(status) + said, !maySoonBeOther(status)};
    }
    if (!isObject)
        return NoToken{u"the token endpoint's answer is no JSON object"_s};
    const QByteArray token = profile::memberText(body, "access_token");
    if (!isToken(token))
        return NoToken{u"the token endpoint's answer has no access_token of 1 to %1 visible characters"_s.arg(
            kMaxTokenBytes)};
    const QByteArray tokenType = profile::memberText(body, "token_type");
    if (!tokenType.isEmpty() && tokenType.compare("bearer", Qt::CaseInsensitive) != 0)
        return NoToken{u"the token endpoint gives tokens of another type than Bearer"_s, true};
    const profile::FoundJson expires = profile::findJson(body, {"expires_in"});
    return AccessToken{"Bearer " + token,
                       expires.twice ? kUsualTokenLife : lifetimeOf(expires.value).value_or(kUsualTokenLife)};
}

}  // namespace holdline
