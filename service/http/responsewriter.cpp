// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/responsewriter.h"

#include "core/base/appendall.h"
#include "core/httpvalues/grammar.h"
#include "core/telemetry/decimal.h"
#include "service/http/problemresponse.h"

#include <QDateTime>
#include <QLocale>
#include <QTimeZone>

#include <algorithm>
#include <array>

namespace holdline::http {

using namespace Qt::StringLiterals;

namespace {

bool isWrittenByTheConnection(QByteArrayView name)
{
    static constexpr std::array<QByteArrayView, 6> kNames{
        "Content-Length", "Date", "Connection", "X-Request-Id", "Keep-Alive", "Transfer-Encoding"};
    return std::any_of(kNames.begin(), kNames.end(),
                       [name](QByteArrayView own) { return equalsIgnoreCase(name, own); });
}

void appendField(QByteArray &out, QByteArrayView name, QByteArrayView value)
{
    appendAll(out, name, ": ", value, "\r\n");
}

}  // namespace

bool mayHaveBody(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

void appendChunk(QByteArray &out, QByteArrayView piece)
{
    if (!piece.isEmpty())
        appendAll(out, QByteArray::number(piece.size(), 16), "\r\n", piece, "\r\n");
}

QByteArray serialise(const Response &response, const Envelope &envelope)
{
    QByteArray out;
    const bool hasBody = mayHaveBody(response.status) && envelope.framing == BodyFraming::Length;
    out.reserve(256 + (hasBody && !envelope.isHead ? response.body.size() : 0));
    out.append("HTTP/1.1 ");
    appendDecimal(out, response.status);
    appendAll(out, " ", reasonPhrase(response.status), "\r\nDate: ", envelope.date, "\r\n");
    for (const auto &[name, value] : response.headers) {
        if (!isWrittenByTheConnection(name) && isToken(name) && isFieldValue(value))
            appendField(out, name, value);
    }
    appendField(out, "X-Request-Id", envelope.requestId);
    if (hasBody) {
        out.append("Content-Length: ");
        appendDecimal(out, response.body.size());
        out.append("\r\n");
    } else if (envelope.framing == BodyFraming::Chunked) {
        appendField(out, "Transfer-Encoding", "chunked");
    }
    // RFC 9110, 7.8
    if (response.headers.contains("Upgrade"))
        appendField(out, "Connection", envelope.close ? "close, Upgrade" : "Upgrade");
    else if (envelope.close)
        appendField(out, "Connection", "close");
    else if (envelope.isHttp10)
        appendField(out, "Connection", "keep-alive");
    out.append("\r\n");
    if (hasBody && !envelope.isHead)
        out.append(response.body);
    return out;
}

Response refusalResponse(const Refusal &refusal)
{
    Problem problem{refusal.reason, QString(refusal.detail), {}, {}};
    if (refusal.reason == Reason::Overloaded)
        problem.retryAfter = std::chrono::seconds(1);
    Response response = problemResponse(problem);
    if (refusal.reason == Reason::MethodNotAllowed)
        response.headers.append("Allow", kServedMethods);
    response.close = true;
    return response;
}

QByteArray imfDate(qint64 secondsSinceEpoch)
{
    const QDateTime time = QDateTime::fromSecsSinceEpoch(secondsSinceEpoch, QTimeZone::utc());
    return QLocale::c().toString(time, u"ddd, dd MMM yyyy hh:mm:ss 'GMT'"_s).toLatin1();
}

}  // namespace holdline::http
