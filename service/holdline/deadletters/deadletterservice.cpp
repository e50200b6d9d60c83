// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/deadletters/deadletterservice.h"

#include "core/telemetry/logging.h"
#include "service/holdline/apis/route.h"
#include "service/holdline/deadletters/deadletters.h"
#include "service/http/problemresponse.h"

#include <QPointer>

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// An exchange without a connection. Passes its answer to a function.
class CapturingExchange : public Exchange
{
public:
    explicit CapturingExchange(std::function<void(const http::Response &)> capture)
        : m_capture(std::move(capture))
    {
    }
    ~CapturingExchange() override { answer(http::droppedResponse()); }

    void answer(const http::Response &response) override
    {
        if (const auto capture = std::exchange(m_capture, nullptr))
            capture(response);
    }
    bool isOpen() const override { return m_capture != nullptr; }

private:
    std::function<void(const http::Response &)> m_capture;
};

/// True for a callback that was verified when it arrived. Other callbacks have an unknown token or a wrong
/// signature, or could not be verified.
bool wasVerified(const DeadLetter &letter)
{
    if (letter.kind != DeadLetter::Kind::Callback)
        return false;
    switch (letter.reason) {
        case Reason::CallbackMismatched:
        case Reason::CallbackMalformed:
        case Reason::UnsupportedEncoding:
        case Reason::StoreUnavailable:
            return true;
        default:
            return false;
    }
}

http::Request requestOf(const DeadLetter &letter)
{
    http::Request request;
    request.method = "POST";
    request.requestId = makeDeadLetterId();
    request.peer =
        (wasVerified(letter) ? kVerifiedPeer : DeadLetters::kRedrivenPeer).toByteArray() + letter.id;
    request.body = letter.body;
    if (!letter.contentType.isEmpty())
        request.headers.append("Content-Type", letter.contentType);
    const bool isCallback = letter.kind == DeadLetter::Kind::Callback;
    request.target = letter.target;
    if (letter.target.isNull())
        request.target = isCallback ? "/callback/" + letter.token : QByteArray("/start");
    if (!letter.method.isNull())
        request.method = letter.method;
    for (const auto &[name, value] : letter.headers) {
        if (!http::equalsIgnoreCase(name, "X-Request-Id"))
            request.headers.set(name, value);
    }
    if (!isCallback)
        request.headers.append("Prefer", "respond-async");
    return request;
}

}  // namespace

/// Dead letters that are redriven one after the other.
struct DeadLetterService::Batch
{
    std::vector<DeadLetter> letters;  ///< the last one is redriven next
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

void DeadLetterService::redrive(const QByteArray &id, RedrivenAnswer answer)
{
    auto &callers = m_running[id].callers;
    callers.push_back(std::move(answer));
    if (callers.size() > 1)
        return;
    const QPointer<DeadLetterService> self(this);
    m_store.findDeadLetter(id, [self, id](const std::optional<DeadLetter> &letter) {
        if (!self)
            return;
        if (!letter)
            self->report({Redriven::Result::NotFound, {}, id, {}});
        else if (letter->cut)
            self->report({Redriven::Result::Cut, letter->kind, id, {}});
        else
            self->send(*letter);
    });
}

void DeadLetterService::send(const DeadLetter &letter)
{
    qCInfo(lcService).noquote() << "redriving dead letter" << letter.id;
    const QPointer<DeadLetterService> self(this);
    auto exchange = std::make_unique<CapturingExchange>([self, letter](const http::Response &response) {
        if (self)
            self->onAnswered(letter, response);
    });
    const RequestHandler &handle =
        letter.kind == DeadLetter::Kind::Callback ? m_handlers.callback : m_handlers.start;
    handle(requestOf(letter), std::move(exchange));
}

void DeadLetterService::onAnswered(const DeadLetter &letter, const http::Response &answer)
{
    const bool succeeded = answer.status >= 200 && answer.status < 300;
    Redriven redriven{succeeded ? Redriven::Result::Done : Redriven::Result::Refused, letter.kind, letter.id,
                      answer};
    if (const QByteArray location = answer.headers.value("Location"); location.startsWith('/'))
        redriven.answer.headers.set("Location", m_handlers.clients + location);
    const QPointer<DeadLetterService> self(this);
    // The caller gets the answer after the write, so that it then sees the new state of the store.
    const auto stored = [self, redriven = std::move(redriven)](const QString &error) {
        if (!error.isEmpty())
            qCWarning(lcService).noquote()
                << "dead letter" << redriven.id << "could not be updated:" << error;
        if (self)
            self->report(redriven);
    };
    if (succeeded) {
        m_store.removeDeadLetter(letter.id, stored);
    } else if (m_running.value(letter.id).isDiscarded) {
        stored({});
    } else {
        DeadLetter marked = letter;
        ++marked.redriven;
        m_store.putDeadLetter(marked, stored);
    }
}

void DeadLetterService::report(const Redriven &redriven)
{
    for (const RedrivenAnswer &answer : m_running.take(redriven.id).callers)
        answer(redriven);
}

void DeadLetterService::redriveAll(DeadLetter::Kind kind,
                                   std::function<void(const std::vector<Redriven> &)> answer)
{
    const QPointer<DeadLetterService> self(this);
    auto batch = std::make_shared<Batch>();
    batch->answer = std::move(answer);
    m_store.listDeadLetters(kind, kMaxListed, [self, batch](std::vector<DeadLetter> letters) {
        if (!self)
            return;
        // The list is newest first, so the oldest are at its end.
        const auto skipped = std::max<std::ptrdiff_t>(std::ssize(letters) - kMaxAtOnce, 0);
        batch->letters.assign(letters.begin() + skipped, letters.end());
        self->redriveNext(batch);
    });
}

void DeadLetterService::redriveNext(const std::shared_ptr<Batch> &batch)
{
    if (batch->letters.empty()) {
        batch->answer(batch->done);
        return;
    }
    const QByteArray id = batch->letters.back().id;
    batch->letters.pop_back();
    redrive(id, [this, batch](const Redriven &redriven) {
        batch->done.push_back(redriven);
        redriveNext(batch);
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
            answer(false, self->unreadable());
            return;
        }
        qCInfo(lcService).noquote() << "discarding dead letter" << id;
        if (const auto running = self->m_running.find(id); running != self->m_running.end())
            running->isDiscarded = true;
        self->m_store.removeDeadLetter(id, [answer](const QString &error) { answer(true, error); });
    });
}

}  // namespace holdline
