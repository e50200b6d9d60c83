// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/client.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace holdline::soak {

using namespace Qt::StringLiterals;
using harness::Call;
using harness::CallResult;

namespace {

/// Returns true for a refusal after which the same request may be sent again, because the service did
/// nothing.
bool isInvitation(const CallResult &result)
{
    return result.status == 408 ||
           ((result.status == 503 || result.status == 429) && result.headers.contains("Retry-After"));
}

/// Returns the state in the last complete event of a stream.
QByteArray lastStateOf(const QByteArray &stream)
{
    const qsizetype end = stream.lastIndexOf("\n\n");
    const qsizetype data = end < 0 ? -1 : stream.lastIndexOf("data:", end);
    if (data < 0)
        return {};
    const QByteArray json = stream.mid(data + 5, end - data - 5);
    return QJsonDocument::fromJson(json).object().value("state"_L1).toString().toUtf8();
}

}  // namespace

QByteArray codeOf(const CallResult &result)
{
    if (!result.headers.value("Content-Type").startsWith("application/problem+json"))
        return {};
    return QJsonDocument::fromJson(result.body).object().value("code"_L1).toString().toUtf8();
}

Client::Client(quint16 port, const Order &order, Role role, std::uint64_t seed, bool isPatient,
               QObject *parent)
    : QObject(parent),
      m_port(port),
      m_order(order),
      m_role(role),
      m_isPatient(isPatient),
      m_mayLeave(role == Role::First && (order.kind == Kind::Leaves || order.kind == Kind::ComesBack)),
      m_random(seed)
{
    m_next.setSingleShot(true);
    connect(&m_next, &QTimer::timeout, this, &Client::ask);
    m_born.start();
}

int Client::from(int least, int most)
{
    return least + static_cast<int>(m_random() % static_cast<std::uint64_t>(most - least + 1));
}

void Client::giveUp()
{
    delete std::exchange(m_call, nullptr);
    end(Answer::Fate::Silent);
}

void Client::ask()
{
    QByteArray request;
    switch (m_step) {
        case Step::Start:
            request = startRequest();
            break;
        case Step::Events:
            request = Call::get(m_job + "/events");
            break;
        case Step::Delete:
            request = Call::withoutBody("DELETE", m_job);
            break;
        case Step::Result:
            request = resultRequest();
            break;
    }
    m_call = new Call(m_port, request, this);
    connect(m_call, &Call::finished, this, &Client::called);
    if (m_mayLeave) {
        m_mayLeave = false;
        QTimer::singleShot(from(0, 600), this, &Client::hangUp);
    }
}

QByteArray Client::startRequest() const
{
    QByteArrayList preferences;
    if (m_order.isHandedOver() && m_role == Role::First)
        preferences.append("respond-async");
    if (m_order.isImpatient)
        preferences.append("wait=1");
    QByteArray fields;
    if (!m_order.key.isEmpty())
        fields += "Idempotency-Key: \"" + m_order.key + "\"\r\n";
    if (!preferences.isEmpty())
        fields += "Prefer: " + preferences.join(", ") + "\r\n";
    return Call::post("/start", m_order.body(), fields);
}

QByteArray Client::resultRequest() const
{
    const bool polls = m_order.kind == Kind::Polls && m_role == Role::First;
    return Call::get(m_job + "/result", polls ? QByteArray() : QByteArray("Prefer: wait=5\r\n"));
}

void Client::hangUp()
{
    if (!m_call)
        return;  // the response has arrived, or the client is between two requests
    delete std::exchange(m_call, nullptr);
    m_answer.last = "hung up";
    if (m_order.kind == Kind::Leaves)
        end(Answer::Fate::Left);
    else
        askIn(50, 3'000);
}

void Client::called(const CallResult &result)
{
    m_call->deleteLater();
    m_call = nullptr;
    switch (result.fate) {
        case CallResult::Fate::Refused:
            m_answer.last = "refused";
            askIn(50, 200);
            return;
        case CallResult::Fate::Broken:
            m_answer.last = "broken";
            // Without a key, the broken request may have started a job. Sending it again could start a second
            // one.
            if (m_job.isEmpty() && m_order.key.isEmpty())
                end(Answer::Fate::Broken);
            else
                askIn(20, 200);
            return;
        case CallResult::Fate::Answered:
            m_answer.last = QByteArray::number(result.status) + ' ' + codeOf(result);
            answered(result);
            return;
    }
}

void Client::answered(const CallResult &result)
{
    switch (m_step) {
        case Step::Start:
            startAnswered(result);
            break;
        case Step::Events:
            eventsAnswered(result);
            break;
        case Step::Delete:
            deleteAnswered(result);
            break;
        case Step::Result:
            resultAnswered(result);
            break;
    }
}

void Client::startAnswered(const CallResult &result)
{
    const QByteArray job = result.headers.value("Location");
    // A 503 or 504 with an address ends only this client's wait. The job continues.
    const bool isUnfinished = result.status == 202 || result.status == 503 || result.status == 504;
    if (isUnfinished && job.startsWith("/v1/jobs/"))
        follow(job);
    else if (m_isPatient && isInvitation(result))
        askIn(200, 600);
    else
        endWith(result);
}

void Client::follow(const QByteArray &job)
{
    m_job = job;
    m_answer.wasPromised = true;
    m_step = Step::Result;
    if (m_role == Role::First && m_order.kind == Kind::Streams)
        m_step = Step::Events;
    if (m_role == Role::First && m_order.kind == Kind::Cancels) {
        m_step = Step::Delete;
        m_next.start(from(0, 700));
        return;
    }
    m_next.start(m_order.kind == Kind::Polls ? from(50, 400) : 0);
}

void Client::eventsAnswered(const CallResult &result)
{
    if (isInvitation(result))
        return askIn(200, 600);
    if (result.status != 200 && result.status != 204)
        return endWith(result);
    // A stream may end before its job, when the service shuts down. So the client requests the result.
    m_answer.lastState = lastStateOf(result.body);
    m_step = Step::Result;
    ask();
}

void Client::deleteAnswered(const CallResult &result)
{
    if (isInvitation(result))
        return askIn(200, 600);
    if (result.status != 200 && codeOf(result) != "already_ended")
        return endWith(result);
    m_answer.wasCancelled = result.status == 200;
    m_step = Step::Result;
    ask();
}

void Client::resultAnswered(const CallResult &result)
{
    if (result.status == 202) {
        // Not counted as a retry, because this is how clients wait.
        m_next.start(from(100, 400));
    } else if (isInvitation(result)) {
        askIn(200, 600);
    } else {
        endWith(result);
    }
}

void Client::askIn(int least, int most)
{
    ++m_retries;
    m_next.start(from(least, most));
}

void Client::endWith(const CallResult &result)
{
    m_answer.status = result.status;
    m_answer.code = codeOf(result);
    m_answer.body = result.body;
    m_answer.replayed = result.headers.value("Idempotent-Replayed") == "true";
    end(Answer::Fate::Answered);
}

void Client::end(Answer::Fate fate)
{
    if (m_isOver)
        return;
    m_isOver = true;
    m_next.stop();
    m_answer.fate = fate;
    Q_EMIT finished(m_answer);
}

}  // namespace holdline::soak
