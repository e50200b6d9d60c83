// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/messageanswers.h"

#include <algorithm>
#include <array>

namespace holdline::profile {

using namespace Qt::StringLiterals;

namespace {

constexpr int kTryAgain = 503;

/// Copies the part of the document into `answer`. Returns an error text, empty on success.
QString takePart(const Locators &part, bool isBase64, const MessageView &document, ProfileAnswer &answer)
{
    MessageReader reader(document);
    const Located located = reader.find(part);
    if (located.isMalformed())
        return located.error;
    if (!located.isFound())
        return u"there is nothing at %1"_s.arg(formatLocators(part));
    if (isBase64) {
        const bool isUrl = located.text.contains('-') || located.text.contains('_');
        const auto decoded = QByteArray::fromBase64Encoding(
            located.text, (isUrl ? QByteArray::Base64UrlEncoding : QByteArray::Base64Encoding) |
                              QByteArray::AbortOnBase64DecodingErrors);
        if (!decoded)
            return u"what stands at %1 is not base64"_s.arg(formatLocators(part));
        answer.body = decoded.decoded;
        answer.contentType = "application/octet-stream";
        return {};
    }
    const bool isText = located.json.isNull() || located.json.startsWith('"');
    answer.body = located.text;
    answer.contentType = isText ? "text/plain; charset=utf-8" : "application/json";
    return {};
}

}  // namespace

ProfileAnswer clientAnswer(const Profile &profile, JobReport report, const MessageView &document)
{
    const AnswerRule &rule = profile.answer;
    ProfileAnswer answer;
    answer.status = report == JobReport::Failed ? rule.failedStatus : rule.completedStatus;
    answer.contentType =
        headerValue(document.headers, "Content-Type").value_or(QByteArrayView()).toByteArray();
    answer.body = document.body.toByteArray();
    const bool hasFailed = report == JobReport::Failed;
    const Locators &part = hasFailed ? rule.failedPart : rule.part;
    if (!part.empty())
        answer.note = takePart(part, rule.base64 && !hasFailed, document, answer);
    // When the client gets the whole document in place of a part, the document keeps its own Content-Type.
    if (!rule.contentType.isEmpty() && !hasFailed && answer.note.isEmpty())
        answer.contentType = rule.contentType;
    return answer;
}

ProfileAnswer callbackAnswer(const Profile &profile, int status)
{
    const bool isRefusal = status >= 400 && status < 500;
    const bool never4xx = profile.callback && profile.callback->never4xx;
    if (isRefusal && never4xx) {
        // A callback that is unknown, in conflict or gone stays so. Any other refusal may depend on a setting
        // of Holdline.
        static constexpr std::array kFinal{404, 405, 409, 410};
        const bool isFinal = std::find(kFinal.begin(), kFinal.end(), status) != kFinal.end();
        status = isFinal ? 200 : kTryAgain;
    }
    if (status / 100 != 2 || !profile.callback)
        return {status, {}, {}};
    const CallbackReply &reply = profile.callback->answer;
    const QByteArray plain = reply.body.isEmpty() ? QByteArray() : QByteArray("text/plain; charset=utf-8");
    return {reply.status, reply.contentType.isEmpty() ? plain : reply.contentType, reply.body};
}

}  // namespace holdline::profile
