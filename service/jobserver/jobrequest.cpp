// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/jobrequest.h"

#include "core/json/jsontext.h"

#include <QUrlQuery>

#include <algorithm>
#include <array>
#include <optional>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMaxAccountBytes = 256;
constexpr qsizetype kMaxCallbackBytes = 4096;
constexpr qsizetype kMaxOrderBytes = 256;
constexpr qsizetype kMaxKeyBytes = 64;  ///< a longer member name is unknown

/// The known members of an object with unescaped strings. Of two members with one name the last counts,
/// because this server is lenient. Unknown members are not stored. Otherwise a body with a million members
/// would need a million entries.
class Members
{
public:
    void add(const JsonMember &member)
    {
        if (member.key.size() > kMaxKeyBytes)
            return;
        const QByteArray name = unescapeJson(member.key);
        const auto known = std::find(kNames.begin(), kNames.end(), QByteArrayView(name));
        if (known != kNames.end())
            m_members[static_cast<std::size_t>(known - kNames.begin())] = member;
    }

    bool has(QByteArrayView name) const { return find(name).has_value(); }

    JsonType typeOf(QByteArrayView name) const
    {
        const auto &member = find(name);
        return member ? member->type : JsonType::Null;
    }

    /// Empty when the member is missing or not a string.
    QByteArray string(QByteArrayView name) const
    {
        return typeOf(name) == JsonType::String ? unescapeJson(find(name)->value) : QByteArray();
    }

private:
    static constexpr std::array<QByteArrayView, 5> kNames{"account", "wait", "callback", "proof", "order"};

    const std::optional<JsonMember> &find(QByteArrayView name) const
    {
        const auto at = std::find(kNames.begin(), kNames.end(), name);
        return m_members[static_cast<std::size_t>(at - kNames.begin())];
    }

    std::array<std::optional<JsonMember>, kNames.size() + 1>
        m_members;  ///< the last one is for unknown names
};

std::variant<Members, RequestError> parseObject(const QByteArray &body)
{
    Members members;
    const auto scanned = scanJson(body, [&members](const JsonMember &member) { members.add(member); });
    if (const auto *error = std::get_if<JsonError>(&scanned))
        return RequestError{400, u"the body is not JSON, "_s + error->toString()};
    if (std::get<JsonType>(scanned) != JsonType::Object)
        return RequestError{400, u"the body is not a JSON object"_s};
    return members;
}

std::variant<QByteArray, RequestError> checkedAccount(const QByteArray &account)
{
    if (account.isEmpty())
        return RequestError{422, u"account is missing, empty or not a string"_s};
    if (account.size() > kMaxAccountBytes)
        return RequestError{422, u"account is longer than %1 bytes"_s.arg(kMaxAccountBytes)};
    return account;
}

}  // namespace

std::variant<JobRequest, RequestError> parseJobRequest(const QByteArray &body)
{
    const auto parsed = parseObject(body);
    if (const auto *error = std::get_if<RequestError>(&parsed))
        return *error;
    const auto &members = std::get<Members>(parsed);
    const auto account = checkedAccount(members.string("account"));
    if (const auto *error = std::get_if<RequestError>(&account))
        return *error;

    JobRequest request;
    request.account = std::get<QByteArray>(account);
    const JsonType wait = members.typeOf("wait");
    if (members.has("wait") && wait != JsonType::True && wait != JsonType::False)
        return RequestError{422, u"wait is neither true nor false"_s};
    request.wait = wait != JsonType::False;
    request.order = members.string("order").left(kMaxOrderBytes);
    if (request.wait)
        return request;

    const QByteArray callback = members.string("callback");
    request.callback = QUrl::fromEncoded(callback, QUrl::StrictMode);
    const QString scheme = request.callback.scheme();
    if (callback.size() > kMaxCallbackBytes || !request.callback.isValid() ||
        request.callback.host().isEmpty() || (scheme != "http"_L1 && scheme != "https"_L1))
        return RequestError{422, u"wait is false and callback is not an http URL"_s};
    return request;
}

std::variant<ValidateRequest, RequestError> parseValidateRequest(const QByteArray &target,
                                                                 const QByteArray &body)
{
    ValidateRequest request;
    if (body.trimmed().startsWith('{')) {
        const auto parsed = parseObject(body);
        if (const auto *error = std::get_if<RequestError>(&parsed))
            return *error;
        const auto &members = std::get<Members>(parsed);
        request.account = members.string("account");
        request.block = members.string("proof");
    } else {
        const QUrlQuery query(QUrl::fromEncoded(target).query(QUrl::FullyEncoded));
        request.account = query.queryItemValue(u"account"_s, QUrl::FullyDecoded).toUtf8();
        request.block = body;
    }
    const auto account = checkedAccount(request.account);
    if (const auto *error = std::get_if<RequestError>(&account))
        return *error;
    return request;
}

}  // namespace holdline
