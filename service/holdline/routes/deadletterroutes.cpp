// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/routes/deadletterroutes.h"

#include "core/json/bodytext.h"
#include "service/holdline/deadletters/deadletterservice.h"
#include "service/holdline/httpserver/httpserver.h"
#include "service/holdline/routes/jsonresponse.h"
#include "service/http/problemresponse.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUrlQuery>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

using SharedExchange = std::shared_ptr<Exchange>;  // std::function needs a copyable callable
using Redriven = DeadLetterService::Redriven;

constexpr int kDefaultLimit = 100;

http::Response problem(Reason reason, const QString &detail)
{
    return http::problemResponse({reason, detail, {}, {}});
}

http::Response noSuchDeadLetter()
{
    return problem(Reason::NotFound, u"This dead letter does not exist or no longer exists."_s);
}

QJsonObject toJson(const DeadLetter &letter)
{
    QJsonObject object{
        {u"id"_s, QString::fromUtf8(letter.id)},
        {u"kind"_s, QString(name(letter.kind))},
        {u"at"_s, QDateTime::fromMSecsSinceEpoch(letter.at.time_since_epoch().count())
                      .toUTC()
                      .toString(Qt::ISODateWithMs)},
        {u"reason"_s, QString(name(letter.reason))},
        {u"bytes"_s, static_cast<double>(letter.bytes)},
        {u"cut"_s, letter.cut},
        {u"redriven"_s, letter.redriven},
    };
    const auto put = [&object](const QString &name, const QByteArray &text) {
        if (!text.isEmpty())
            object.insert(name, QString::fromUtf8(text));
    };
    put(u"job"_s, letter.job);
    put(u"account"_s, letter.account);
    put(u"peer"_s, letter.peer);
    put(u"detail"_s, letter.detail);
    put(u"content_type"_s, letter.contentType);
    return object;
}

QJsonObject withBody(const DeadLetter &letter)
{
    QJsonObject object = toJson(letter);
    if (isShowable(letter.body))
        object.insert(u"body"_s, QString::fromUtf8(letter.body));
    else
        object.insert(u"body_base64"_s, QString::fromLatin1(letter.body.toBase64()));
    return object;
}

QJsonObject toJson(const Redriven &redriven)
{
    QJsonObject object{{u"id"_s, QString::fromUtf8(redriven.id)},
                       {u"kind"_s, QString(name(redriven.kind))},
                       {u"removed"_s, redriven.result == Redriven::Result::Done}};
    if (redriven.answer.status == 0 || redriven.result == Redriven::Result::NotFound)
        return object;
    object.insert(u"status"_s, redriven.answer.status);
    const QJsonObject answered = QJsonDocument::fromJson(redriven.answer.body).object();
    for (const QString &name : {u"callback"_s, u"code"_s}) {
        if (answered.contains(name))
            object.insert(name, answered.value(name));
    }
    if (const QByteArray job = redriven.answer.headers.value("Holdline-Job"); !job.isEmpty())
        object.insert(u"job"_s, QString::fromUtf8(job));
    if (const QByteArray location = redriven.answer.headers.value("Location"); !location.isEmpty())
        object.insert(u"location"_s, QString::fromUtf8(location));
    return object;
}

/// Makes the response for a dead letter that was not found.
http::Response absent(const DeadLetterService &deadLetters)
{
    const QString error = deadLetters.unreadable();
    return error.isEmpty() ? noSuchDeadLetter() : problem(Reason::StoreUnavailable, error);
}

http::Response answerTo(const DeadLetterService &deadLetters, const Redriven &redriven)
{
    switch (redriven.result) {
        case Redriven::Result::NotFound:
            return absent(deadLetters);
        case Redriven::Result::Cut:
            return problem(
                Reason::BodyTooLarge,
                u"Only the beginning of the dead letter's body is stored. It cannot be redriven."_s);
        case Redriven::Result::Refused:
            return redriven.answer;
        case Redriven::Result::Done:
            break;
    }
    http::Response response = jsonResponse(redriven.answer.status, toJson(redriven));
    if (const QByteArray location = redriven.answer.headers.value("Location"); !location.isEmpty())
        response.headers.append("Location", location);
    return response;
}

/// Returns the dead letter's id: the path segment after /v1/dead-letters/.
QByteArray deadLetterId(const http::Request &request)
{
    return request.path().toByteArray().split('/').value(3);
}

/// The parameters of a query, or an error message.
struct ListQuery
{
    std::optional<DeadLetter::Kind> kind;
    int limit = kDefaultLimit;
    QString error;
};

ListQuery parseListQuery(const http::Request &request)
{
    ListQuery query;
    const qsizetype mark = request.target.indexOf('?');
    const QUrlQuery items(QString::fromLatin1(mark < 0 ? QByteArray() : request.target.sliced(mark + 1)));
    for (const auto &[field, value] : items.queryItems(QUrl::FullyDecoded)) {
        bool isNumber = false;
        if (field == "kind"_L1 && value == name(DeadLetter::Kind::Callback)) {
            query.kind = DeadLetter::Kind::Callback;
        } else if (field == "kind"_L1 && value == name(DeadLetter::Kind::Job)) {
            query.kind = DeadLetter::Kind::Job;
        } else if (field == "kind"_L1) {
            query.error = u"The parameter kind must be \"callback\" or \"job\"."_s;
        } else if (field == "limit"_L1) {
            query.limit = value.toInt(&isNumber);
            if (!isNumber || query.limit < 1 || query.limit > DeadLetterService::kMaxListed)
                query.error = u"The parameter limit must be a number from 1 to %1."_s.arg(
                    DeadLetterService::kMaxListed);
        }
    }
    return query;
}

void list(DeadLetterService &deadLetters, const http::Request &request, const SharedExchange &exchange)
{
    const ListQuery query = parseListQuery(request);
    if (!query.error.isEmpty()) {
        exchange->answer(problem(Reason::BadRequest, query.error));
        return;
    }
    deadLetters.list(
        query.kind, query.limit, [&deadLetters, exchange](const std::vector<DeadLetter> &letters) {
            if (const QString error = deadLetters.unreadable(); letters.empty() && !error.isEmpty()) {
                exchange->answer(problem(Reason::StoreUnavailable, error));
                return;
            }
            QJsonArray array;
            for (const DeadLetter &letter : letters)
                array.append(toJson(letter));
            exchange->answer(jsonResponse(200, {{u"dead_letters"_s, array}}));
        });
}

void redriveAll(DeadLetterService &deadLetters, const http::Request &request, const SharedExchange &exchange)
{
    ListQuery query = parseListQuery(request);
    if (query.error.isEmpty() && !query.kind)
        query.error = u"The parameter kind is missing. It must be \"callback\" or \"job\"."_s;
    if (!query.error.isEmpty()) {
        exchange->answer(problem(Reason::BadRequest, query.error));
        return;
    }
    deadLetters.redriveAll(*query.kind, [exchange](const std::vector<Redriven> &all) {
        QJsonArray array;
        int removed = 0;
        for (const Redriven &one : all) {
            array.append(toJson(one));
            removed += one.result == Redriven::Result::Done ? 1 : 0;
        }
        exchange->answer(jsonResponse(200, {{u"redriven"_s, array}, {u"removed"_s, removed}}));
    });
}

}  // namespace

void addDeadLetterRoutes(HttpServer &server, DeadLetterService &deadLetters)
{
    server.route("GET", "/v1/dead-letters",
                 [&deadLetters](const http::Request &request, std::unique_ptr<Exchange> exchange) {
                     list(deadLetters, request, std::move(exchange));
                 });
    // Added before the route with <arg>, which would match this path, too.
    server.route("POST", "/v1/dead-letters/redrive",
                 [&deadLetters](const http::Request &request, std::unique_ptr<Exchange> exchange) {
                     redriveAll(deadLetters, request, std::move(exchange));
                 });
    server.route(
        "GET", "/v1/dead-letters/<arg>",
        [&deadLetters](const http::Request &request, std::unique_ptr<Exchange> exchange) {
            deadLetters.find(
                deadLetterId(request), [&deadLetters, exchange = SharedExchange(std::move(exchange))](
                                           const std::optional<DeadLetter> &letter) {
                    exchange->answer(letter ? jsonResponse(200, withBody(*letter)) : absent(deadLetters));
                });
        });
    server.route(
        "DELETE", "/v1/dead-letters/<arg>",
        [&deadLetters](const http::Request &request, std::unique_ptr<Exchange> exchange) {
            deadLetters.discard(deadLetterId(request), [exchange = SharedExchange(std::move(exchange))](
                                                           bool found, const QString &error) {
                if (!error.isEmpty())
                    exchange->answer(problem(Reason::StoreUnavailable, error));
                else
                    exchange->answer(found ? http::Response{204, {}, {}, false} : noSuchDeadLetter());
            });
        });
    server.route("POST", "/v1/dead-letters/<arg>/redrive",
                 [&deadLetters](const http::Request &request, std::unique_ptr<Exchange> exchange) {
                     deadLetters.redrive(deadLetterId(request),
                                         [&deadLetters, exchange = SharedExchange(std::move(exchange))](
                                             const Redriven &redriven) {
                                             exchange->answer(answerTo(deadLetters, redriven));
                                         });
                 });
}

}  // namespace holdline
