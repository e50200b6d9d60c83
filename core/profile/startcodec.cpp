// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/startcodec.h"

#include "core/base/appendall.h"
#include "core/json/jsontext.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMaxAccountBytes = 256;
constexpr qsizetype kMaxIdBytes = 256;
/// A longer key in the body is no known member, even when each letter is written as an escape of 6 bytes.
constexpr qsizetype kLongestKnownKey = 2 + 8 * 6;

/// A member that Holdline reads. The scan of the body sets `member` and `twice`.
struct Known
{
    QByteArrayView name;
    std::optional<JsonMember> member{};
    bool twice = false;
};

/// Returns whether `member` has the name of `known`, and if so, stores it there. Escapes in the name do not
/// matter.
bool take(Known &known, const JsonMember &member)
{
    if (member.key.size() > kLongestKnownKey || !isJsonString(member.key, known.name))
        return false;
    known.twice = known.member.has_value();
    known.member = member;
    return true;
}

QString twiceText(const Known &known)
{
    return u"the member \"%1\" is there more than once"_s.arg(QLatin1StringView(known.name));
}

bool isVisibleAscii(const QByteArray &text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool hasControlCharacter(const QByteArray &text)
{
    return std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

StartError invalid(const QString &detail)
{
    return {Reason::InvalidJson, detail};
}

StartError noAccount(const QString &detail)
{
    return {Reason::MissingAccount, detail};
}

/// Returns the name of the account, or an error.
std::variant<QByteArray, StartError> accountOf(const Known &account)
{
    if (!account.member)
        return noAccount(u"The member \"account\" is missing."_s);
    if (account.member->type != JsonType::String)
        return noAccount(
            u"\"account\" is %1 where a string is wanted."_s.arg(jsonTypeName(account.member->type)));
    QByteArray name = unescapeJson(account.member->value);
    if (name.isEmpty())
        return noAccount(u"\"account\" is empty."_s);
    if (name.size() > kMaxAccountBytes)
        return noAccount(u"\"account\" is longer than %1 bytes."_s.arg(kMaxAccountBytes));
    if (hasControlCharacter(name))
        return noAccount(u"\"account\" holds a control character."_s);
    return name;
}

}  // namespace

std::variant<StartRequest, StartError> parseStart(const QByteArray &body)
{
    Known account{"account"};
    Known wait{"wait"};
    Known callback{"callback"};
    StartRequest request;
    std::size_t parts = 0;
    bool goesOn = false;  // the member before travels too
    // The byte positions in error messages do not count a byte order mark.
    const auto scanned = scanJson(withoutByteOrderMark(body), [&](const JsonMember &member) {
        if (take(wait, member) || take(callback, member)) {
            goesOn = false;
            return;
        }
        take(account, member);
        const qsizetype from = member.chunk.data() - body.constData();
        // More parts mean that `wait` or `callback` occurs twice; such a body is refused below.
        if (!std::exchange(goesOn, true) && parts < request.parts.size())
            request.parts[parts++].from = from;
        StartRequest::Part &part = request.parts[parts - 1];
        part.size = from + member.chunk.size() - part.from;
    });
    if (const auto *error = std::get_if<JsonError>(&scanned))
        return invalid(u"The body is not JSON, %1."_s.arg(error->toString()));
    if (const JsonType type = std::get<JsonType>(scanned); type != JsonType::Object)
        return noAccount(
            u"The body is %1 where an object with \"account\" is wanted."_s.arg(jsonTypeName(type)));
    for (const Known *known : {&account, &wait, &callback}) {
        if (known->twice)
            return invalid(u"In the body %1."_s.arg(twiceText(*known)));
    }
    auto name = accountOf(account);
    if (auto *error = std::get_if<StartError>(&name))
        return *error;
    if (wait.member && wait.member->type != JsonType::True && wait.member->type != JsonType::False)
        return StartError{Reason::BadRequest, u"\"wait\" is %1 where true or false is wanted."_s.arg(
                                                  jsonTypeName(wait.member->type))};
    request.account = std::get<QByteArray>(name);
    request.wait = !wait.member || wait.member->type == JsonType::True;
    request.body = body;
    request.opening = body.indexOf('{') + 1;
    return request;
}

QByteArray renderStart(const StartRequest &request, const QByteArray &callbackUrl)
{
    const QByteArrayView all = request.body;
    const auto text = [all](const StartRequest::Part &part) { return all.sliced(part.from, part.size); };
    const auto comma = [](const StartRequest::Part &part) {
        return QByteArrayView(part.size > 0 ? "," : "");
    };
    const auto &[first, second, third] = request.parts;
    QByteArray body;
    appendAll(body, all.first(request.opening), text(first), comma(second), text(second), comma(third),
              text(third), ",\"wait\":false,\"callback\":", quoteJson(callbackUrl), "}");
    return body;
}

JobReport reportOf(QByteArrayView state)
{
    static constexpr std::array kFailures{
        "failed"_L1,   "failure"_L1, "error"_L1,     "errored"_L1,    "canceled"_L1,  "cancelled"_L1,
        "aborted"_L1,  "timeout"_L1, "timed_out"_L1, "timedout"_L1,   "timed-out"_L1, "expired"_L1,
        "rejected"_L1, "killed"_L1,  "crashed"_L1,   "terminated"_L1, "dead"_L1,
    };
    const auto says = [state = QLatin1StringView(state)](QLatin1StringView word) {
        return state.compare(word, Qt::CaseInsensitive) == 0;
    };
    if (says("completed"_L1))
        return JobReport::Completed;
    return std::any_of(kFailures.begin(), kFailures.end(), says) ? JobReport::Failed : JobReport::Progress;
}

std::variant<JobMessage, QString> parseJobMessage(const QByteArray &body)
{
    Known id{"id"};
    Known state{"state"};
    bool twice = false;
    const auto scanned = scanJson(withoutByteOrderMark(body), [&](const JsonMember &member) {
        if (!take(id, member))
            take(state, member);
        twice = twice || id.twice || state.twice;
    });
    if (const auto *error = std::get_if<JsonError>(&scanned))
        return u"not JSON, "_s + error->toString();
    if (const JsonType type = std::get<JsonType>(scanned); type != JsonType::Object)
        return u"%1 where an object is wanted"_s.arg(jsonTypeName(type));
    for (const Known *known : {&id, &state}) {
        const auto name = QLatin1StringView(known->name);
        if (!known->member)
            return u"the member \"%1\" is missing"_s.arg(name);
        if (known->member->type != JsonType::String)
            return u"\"%1\" is %2 where a string is wanted"_s.arg(name, jsonTypeName(known->member->type));
    }
    if (twice)
        return u"\"id\" or \"state\" is there more than once"_s;
    JobMessage message;
    message.id = unescapeJson(id.member->value);
    message.state = unescapeJson(state.member->value);
    if (message.id.isEmpty() || message.id.size() > kMaxIdBytes || !isVisibleAscii(message.id))
        return u"\"id\" is not 1 to %1 visible ASCII characters"_s.arg(kMaxIdBytes);
    if (message.state.isEmpty())
        return u"\"state\" is empty"_s;
    message.report = reportOf(message.state);
    return message;
}

}  // namespace holdline
