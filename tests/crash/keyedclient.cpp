// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/crash/keyedclient.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace holdline::crash {

using namespace Qt::StringLiterals;
using harness::Call;
using harness::CallResult;

namespace {

/// The pause before a retry when the connection is refused or the service answers 503. It is used in place of
/// Retry-After, so that the test is faster.
constexpr std::chrono::milliseconds kRefusedPause{15};
constexpr std::chrono::milliseconds kPollPause{25};
constexpr std::chrono::milliseconds kToldPause{50};

/// Returns the problem in a response; empty when the body is not a problem.
QJsonObject problemIn(const CallResult &result)
{
    if (!result.headers.value("Content-Type").startsWith("application/problem+json"))
        return {};
    return QJsonDocument::fromJson(result.body).object();
}

/// Returns true for the response at the job's end. The response at the end of one client's wait can have the
/// same status and, when the start's fate is unknown, the same code.
bool isFinal(const CallResult &result, bool replayed, const QByteArray &code)
{
    switch (result.status) {
        case 202:
        case 408:
        case 429:
        case 503:
            return replayed;
        case 504:
            return replayed || code == "interrupted";
        default:
            return true;
    }
}

}  // namespace

KeyedClient::KeyedClient(quint16 port, const OrderPlan &order, const ClientPlan &plan, const QByteArray &name,
                         QObject *parent)
    : QObject(parent), m_port(port), m_order(order), m_plan(plan), m_name(name)
{
    for (QTimer *timer : {&m_next, &m_leaving}) {
        timer->setSingleShot(true);
        timer->setTimerType(Qt::PreciseTimer);
    }
    connect(&m_next, &QTimer::timeout, this, &KeyedClient::ask);
    connect(&m_leaving, &QTimer::timeout, this, &KeyedClient::hangUp);
}

QString KeyedClient::last() const
{
    if (!m_call)
        return m_last + (m_next.isActive() ? u", pauses"_s : u", idle"_s);
    return u"%1, waits for %2 since %3 ms"_s.arg(m_last, QString::fromUtf8(m_job.isEmpty() ? "start" : m_job))
        .arg(m_asked.elapsed());
}

void KeyedClient::start()
{
    m_next.start(m_plan.startAfter);
}

void KeyedClient::ask()
{
    QByteArray request;
    if (!m_job.isEmpty()) {
        request = Call::get(m_job + "/result");
    } else {
        QByteArrayList preferences;
        if (m_plan.habit == ClientPlan::Habit::HandsOver)
            preferences.append("respond-async");
        if (m_plan.wait)
            preferences.append("wait=" + QByteArray::number(*m_plan.wait));
        QByteArray fields = "Idempotency-Key: \"" + m_order.key + "\"\r\n";
        if (!preferences.isEmpty())
            fields += "Prefer: " + preferences.join(", ") + "\r\n";
        request = Call::post("/start", m_order.body(), fields);
    }
    m_asked.start();
    m_call = new Call(m_port, request, this);
    connect(m_call, &Call::finished, this, &KeyedClient::called);
    if (m_plan.habit == ClientPlan::Habit::ComesBack && !m_hasLeft)
        m_leaving.start(m_plan.leaveAfter);
}

void KeyedClient::hangUp()
{
    if (!m_call)
        return;
    m_hasLeft = true;
    m_last = u"hung up"_s;
    delete m_call;
    m_call = nullptr;
    comeAgain(kPollPause);
}

void KeyedClient::called(const CallResult &result)
{
    m_leaving.stop();
    m_call->deleteLater();
    m_call = nullptr;
    switch (result.fate) {
        case CallResult::Fate::Refused:
            m_last = u"refused"_s;
            comeAgain(kRefusedPause);
            return;
        case CallResult::Fate::Broken:
            m_last = u"broken"_s;
            comeAgain(0ms);
            return;
        case CallResult::Fate::Answered:
            answered(result);
            return;
    }
}

void KeyedClient::answered(const CallResult &result)
{
    FinalAnswer answer;
    answer.client = m_name;
    answer.status = result.status;
    const QJsonObject problem = problemIn(result);
    answer.code = problem.value("code"_L1).toString().toUtf8();
    answer.body = result.body;
    answer.replayed = result.headers.value("Idempotent-Replayed") == "true";
    m_last = u"%1 %2"_s.arg(result.status).arg(QString::fromUtf8(answer.code));
    const bool isJobsResult = !m_job.isEmpty() && result.status == 504;
    bool isOver = isJobsResult || isFinal(result, answer.replayed, answer.code);
    if (result.status == 202 && m_job.isEmpty()) {
        m_job = result.headers.value("Location");
        isOver = !m_job.startsWith("/v1/jobs/");
    }
    if (isOver) {
        m_isDone = true;
        Q_EMIT finished(answer);
        return;
    }
    // The store was unavailable up to the deadline of the job. So the job was never started, and its key is
    // free.
    if (!m_job.isEmpty() && answer.code == "store_unavailable" && problem.contains("job"_L1)) {
        m_job = {};
        ++m_unstarted;
    }
    comeAgain(result.status == 202 || result.status == 504 ? kPollPause : kToldPause);
}

void KeyedClient::comeAgain(std::chrono::milliseconds pause)
{
    ++m_retries;
    m_next.start(pause);
}

}  // namespace holdline::crash
