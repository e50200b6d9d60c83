// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/deadletters/deadletterservice.h"

#include "core/telemetry/logging.h"
#include "service/holdline/deadletters/deadletters.h"
#include "service/http/problemresponse.h"

#include <QPointer>

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// Catches the answer to a request nobody is connected for.
class CatchingExchange : public Exchange
{
public:
    explicit CatchingExchange(std::function<void(const http::Response &)> caught)
        : m_caught(std::move(caught))
    {
    }
    ~CatchingExchange() override
    {
        answer(http::problemResponse(
            {Reason::InternalError, u"The request was dropped without an answer."_s, {}, {}}));
    }

    void answer(const http::Response &response) override
    {
        if (const auto caught = std::exchange(m_caught, nullptr))
            caught(response);
    }
    bool isOpen() const override { return m_caught != nullptr; }

private:
    std::function<void(const http::Response &)> m_caught;
};

http::Request requestOf(const DeadLetter &letter)
{
    http::Request request;
    request.method = "POST";
    request.requestId = makeDeadLetterId();
    request.peer = DeadLetters::kRedrivenPeer.toByteArray() + letter.id;
    request.body = letter.body;
    if (!letter.contentType.isEmpty())
        request.headers.append("Content-Type", letter.contentType);
    if (letter.kind == DeadLetter::Kind::Callback) {
        request.target = "/callback/" + letter.token;
    } else {
        request.target = "/start";
        request.headers.append("Prefer", "respond-async");
    }
    return request;
}

}  // namespace

/// Letters that are driven again one after the other.
struct DeadLetterService::Round
{
    std::vector<DeadLetter> letters;  ///< the next one last
    std::vector<Redriven> done;
    std::function<void(const std::vector<Redriven> &)> answer;
};

DeadLetterService::DeadLetterService(JobStore &store, Handlers handlers, QObject *parent)
    : QObject(parent), m_store(store), m_handlers(std::move(handlers))
{
}

void DeadLetterService::list(std::optional<DeadLetter::Kind> kind, int most, JobStore::FoundDeadLetters found)
{
    m_store.listDeadLetters(kind, std::clamp(most, 1, kMaxListed), std::move(found));
}

void DeadLetterService::find(const QByteArray &id, JobStore::FoundDeadLetter found)
{
    m_store.findDeadLetter(id, std::move(found));
}

void DeadLetterService::redrive(const QByteArray &id, RedrivenAnswer answer)
{
    auto &waiting = m_running[id];
    waiting.push_back(std::move(answer));
    if (waiting.size() > 1)
        return;
    const QPointer<DeadLetterService> self(this);
    m_store.findDeadLetter(id, [self, id](const std::optional<DeadLetter> &letter) {
        if (!self)
            return;
        if (!letter)
            self->tell({Redriven::Result::NotFound, {}, id, {}});
        else if (letter->cut)
            self->tell({Redriven::Result::Cut, letter->kind, id, {}});
        else
            self->drive(*letter);
    });
}

void DeadLetterService::drive(const DeadLetter &letter)
{
    qCInfo(lcService).noquote() << "dead letter" << letter.id << "is driven again";
    const QPointer<DeadLetterService> self(this);
    auto exchange = std::make_unique<CatchingExchange>([self, letter](const http::Response &response) {
        if (self)
            self->driven(letter, response);
    });
    const RequestHandler &handle =
        letter.kind == DeadLetter::Kind::Callback ? m_handlers.callback : m_handlers.start;
    handle(requestOf(letter), std::move(exchange));
}

void DeadLetterService::driven(const DeadLetter &letter, const http::Response &answer)
{
    const bool succeeded = answer.status >= 200 && answer.status < 300;
    Redriven redriven{succeeded ? Redriven::Result::Done : Redriven::Result::Refused, letter.kind, letter.id,
                      answer};
    if (const QByteArray place = answer.headers.value("Location"); place.startsWith('/'))
        redriven.answer.headers.set("Location", m_handlers.clients + place);
    const QPointer<DeadLetterService> self(this);
    // Told when the store knows, so that who looks then sees it.
    const auto stored = [self, redriven = std::move(redriven)](const QString &error) {
        if (!error.isEmpty())
            qCWarning(lcService).noquote() << "dead letter" << redriven.id << "stays as it is:" << error;
        if (self)
            self->tell(redriven);
    };
    if (succeeded) {
        m_store.removeDeadLetter(letter.id, stored);
    } else {
        DeadLetter marked = letter;
        ++marked.redriven;
        m_store.putDeadLetter(marked, stored);
    }
}

void DeadLetterService::tell(const Redriven &redriven)
{
    for (const RedrivenAnswer &answer : m_running.take(redriven.id))
        answer(redriven);
}

void DeadLetterService::redriveAll(DeadLetter::Kind kind,
                                   std::function<void(const std::vector<Redriven> &)> answer)
{
    const QPointer<DeadLetterService> self(this);
    auto round = std::make_shared<Round>();
    round->answer = std::move(answer);
    m_store.listDeadLetters(kind, kMaxListed, [self, round](std::vector<DeadLetter> letters) {
        if (!self)
            return;
        // Newest first: the oldest are at the end.
        const auto skipped = std::max<std::ptrdiff_t>(std::ssize(letters) - kMaxAtOnce, 0);
        round->letters.assign(letters.begin() + skipped, letters.end());
        self->driveNext(round);
    });
}

void DeadLetterService::driveNext(const std::shared_ptr<Round> &round)
{
    if (round->letters.empty()) {
        round->answer(round->done);
        return;
    }
    const QByteArray id = round->letters.back().id;
    round->letters.pop_back();
    redrive(id, [this, round](const Redriven &redriven) {
        round->done.push_back(redriven);
        driveNext(round);
    });
}

void DeadLetterService::discard(const QByteArray &id,
                                std::function<void(bool found, const QString &error)> answer)
{
    const QPointer<DeadLetterService> self(this);
    m_store.findDeadLetter(id, [self, id, answer = std::move(answer)](const auto &letter) {
        if (!self)
            return;
        if (!letter) {
            answer(false, {});
            return;
        }
        qCInfo(lcService).noquote() << "dead letter" << id << "is thrown away";
        self->m_store.removeDeadLetter(id, [answer](const QString &error) { answer(true, error); });
    });
}

}  // namespace holdline
