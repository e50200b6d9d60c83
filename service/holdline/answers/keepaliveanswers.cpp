// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/answers/keepaliveanswers.h"

#include "core/base/appendall.h"
#include "core/job/problem.h"
#include "core/json/bodytext.h"
#include "core/json/jsontext.h"

namespace holdline {

namespace {

bool isSuccess(int status)
{
    return status >= 200 && status < 300;
}

/// True when a problem has the member `status`. An upstream's own problem may leave it out (RFC 9457, 3.1.2).
bool saysStatus(QByteArrayView problem)
{
    bool isThere = false;
    const auto scanned = scanJson(problem, [&isThere](const JsonMember &member) {
        isThere = isThere || isJsonString(member.key, "status");
    });
    return isThere && std::holds_alternative<JsonType>(scanned);
}

/// Returns the body as a member of a JSON object. Returns nothing for an empty body.
QByteArray bodyMember(const http::Response &response, QByteArrayView body, bool isCoded, bool isJson)
{
    if (body.isEmpty())
        return {};
    if (isJson && std::holds_alternative<JsonType>(scanJson(body)))
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
             // nginx and compatible proxies then send the bytes on at once.
             {"X-Accel-Buffering", "no"}},
            " ",
            false};
}

QByteArray keptAliveBody(const http::Response &response)
{
    const QByteArray type = response.headers.value("Content-Type");
    const bool isCoded = !response.headers.value("Content-Encoding").isEmpty();
    const bool isJson = isJsonType(type) && !isCoded;
    const QByteArrayView body = withoutByteOrderMark(response.body);
    if (type == Problem::kContentType && saysStatus(body))
        return response.body;
    if (isJson && isSuccess(response.status) && !body.trimmed().isEmpty())
        return body.toByteArray();
    QByteArray text;
    appendAll(text, "{\"type\":\"about:blank\",\"title\":", quoteJson(http::reasonPhrase(response.status)),
              ",\"status\":", QByteArray::number(response.status));
    if (isSuccess(response.status))
        text += ",\"detail\":\"The answer is no JSON, so it stands in a member of this object.\"";
    if (!type.isEmpty() && isShowable(type))
        text += ",\"content_type\":" + quoteJson(type);
    return text + bodyMember(response, body, isCoded, isJson) + '}';
}

}  // namespace holdline
