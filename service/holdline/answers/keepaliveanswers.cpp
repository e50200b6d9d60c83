// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/answers/keepaliveanswers.h"

#include "core/base/appendall.h"
#include "core/job/problem.h"
#include "core/json/bodytext.h"
#include "core/json/jsontext.h"

namespace holdline {

namespace {

constexpr QByteArrayView kByteOrderMark("\xEF\xBB\xBF");

QByteArrayView withoutMark(QByteArrayView body)
{
    return body.startsWith(kByteOrderMark) ? body.sliced(kByteOrderMark.size()) : body;
}

bool isSuccess(int status)
{
    return status >= 200 && status < 300;
}

/// The body as a member of an object. Empty for an empty body.
QByteArray bodyMember(const http::Response &response, bool isJson)
{
    const QByteArrayView body = withoutMark(response.body);
    if (body.isEmpty())
        return {};
    const bool isCoded = !response.headers.value("Content-Encoding").isEmpty();
    if (isJson && !isCoded && std::holds_alternative<JsonType>(scanJson(body)))
        return ",\"body\":" + body.trimmed().toByteArray();
    if (!isCoded && isShowable(body))
        return ",\"body\":" + quoteJson(body);
    return ",\"body_base64\":\"" + response.body.toBase64() + '"';
}

}  // namespace

http::Response keptAliveHead()
{
    return {200,
            {{"Content-Type", "application/json"},
             {"Cache-Control", "no-store"},
             // Tells nginx and compatible proxies not to hold the bytes back.
             {"X-Accel-Buffering", "no"}},
            " ",
            false};
}

QByteArray keptAliveBody(const http::Response &response)
{
    const QByteArray type = response.headers.value("Content-Type");
    const bool isJson = isJsonType(type);
    const bool isCoded = !response.headers.value("Content-Encoding").isEmpty();
    if (type == Problem::kContentType)
        return response.body;
    const QByteArrayView body = withoutMark(response.body);
    if (isJson && !isCoded && isSuccess(response.status) && !body.trimmed().isEmpty())
        return body.toByteArray();
    QByteArray text;
    appendAll(text, "{\"type\":\"about:blank\",\"title\":", quoteJson(http::reasonPhrase(response.status)),
              ",\"status\":", QByteArray::number(response.status));
    if (isSuccess(response.status))
        text += ",\"detail\":\"The answer is no JSON, so it stands in a member of this object.\"";
    if (!type.isEmpty() && isShowable(type))
        text += ",\"content_type\":" + quoteJson(type);
    return text + bodyMember(response, isJson) + '}';
}

}  // namespace holdline
