// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/credentials/credentialrequests.h"

#include "core/httpvalues/freshness.h"
#include "core/profile/jwks.h"

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// Returns the values of all fields called `name` as one list (RFC 9110, 5.3).
QByteArray combined(const profile::MessageView &answer, QByteArrayView name)
{
    QByteArray all;
    for (const auto &[field, value] : answer.headers) {
        if (profile::equalsIgnoreCase(field, name))
            all += (all.isEmpty() ? "" : ", ") + value;
    }
    return all;
}

FetchResult readKeySet(const profile::MessageView &answer)
{
    if (answer.status != 200)
        return FetchFailure{u"the answer has the status %1"_s.arg(answer.status), {}, false};
    auto keys = profile::parseKeySet(answer.body);
    if (const auto *error = std::get_if<QString>(&keys))
        return FetchFailure{*error, {}, false};
    return FetchedCredential{std::get<profile::PublicKeys>(std::move(keys)),
                             freshFor(combined(answer, "Cache-Control"), combined(answer, "Age"))};
}

FetchResult readToken(const profile::MessageView &answer)
{
    auto read = readTokenAnswer(answer.status, answer.body);
    if (auto *none = std::get_if<NoToken>(&read))
        return FetchFailure{none->text, none->isFinal ? "http_request_denied" : "", none->isFinal};
    const auto &token = std::get<AccessToken>(read);
    return FetchedCredential{{token.authorization}, token.lifetime};
}

}  // namespace

std::variant<StartCall, QString> credentialRequest(const CredentialSpec &spec,
                                                   const std::shared_ptr<std::optional<FetchResult>> &read)
{
    StartCall call;
    call.method = "GET";
    call.url = spec.url;
    if (spec.kind == CredentialSpec::Kind::Token) {
        auto made = tokenRequest(spec.client, *spec.secrets);
        if (auto *error = std::get_if<QString>(&made))
            return std::move(*error);
        auto &request = std::get<profile::OutgoingRequest>(made);
        call.method = std::move(request.method);
        call.url = std::move(request.url);
        call.headers = std::move(request.headers);
        call.body = std::move(request.body);
    } else {
        call.headers.emplace_back("Accept", "application/json");
    }
    call.readsEveryStatus = true;
    call.readAnswer = [read, kind = spec.kind](const profile::MessageView &answer, StartResult &) {
        *read = kind == CredentialSpec::Kind::Token ? readToken(answer) : readKeySet(answer);
    };
    return call;
}

FetchFailure fetchFailure(const StartResult &result)
{
    if (result.proxyStatus == "http_response_body_size")
        return {u"the answer is larger than %1 bytes"_s.arg(profile::kMaxKeySetBytes), result.proxyStatus};
    if (result.timedOut)
        return {u"no answer in time"_s, result.proxyStatus};
    if (result.status != 0)
        return {u"the answer broke off"_s, result.proxyStatus};
    // The detail's text before the colon is about an upstream, so it is left out.
    const qsizetype colon = result.detail.indexOf(": "_L1);
    const QString why = colon < 0 ? QString::fromLatin1(QByteArray(result.proxyStatus).replace('_', ' '))
                                  : result.detail.sliced(colon + 2);
    return {why.isEmpty() ? u"no answer"_s : u"no answer: %1"_s.arg(why), result.proxyStatus};
}

}  // namespace holdline
