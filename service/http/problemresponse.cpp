// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/problemresponse.h"

namespace holdline::http {

Response problemResponse(const Problem &problem)
{
    Response response;
    response.status = problem.status();
    response.headers.append("Content-Type", Problem::kContentType);
    if (problem.retryAfter)
        response.headers.append("Retry-After", retryAfterSeconds(*problem.retryAfter));
    if (problem.reason == Reason::UnsupportedEncoding)
        response.headers.append("Accept-Encoding", "identity");  // RFC 9110, 12.5.3
    response.body = problem.toJson();
    return response;
}

Response droppedResponse()
{
    return problemResponse(
        {Reason::InternalError, QStringLiteral("The request was dropped without an answer."), {}, {}});
}

}  // namespace holdline::http
