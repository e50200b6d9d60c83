// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/victim.h"

#include "service/jobclient/jobreply.h"
#include "tests/soak/client.h"

namespace holdline::soak {

using namespace Qt::StringLiterals;
using harness::Call;
using harness::CallResult;

namespace {

constexpr int kKeysAtOnce = 20;

QString shown(const CallResult &result)
{
    if (result.fate != CallResult::Fate::Answered)
        return result.fate == CallResult::Fate::Refused ? u"refused"_s : u"broken"_s;
    return u"%1 %2"_s.arg(result.status).arg(QString::fromUtf8(codeOf(result)));
}

bool isResult(const CallResult &result)
{
    return judgeAnswer(result.status, result.body).failure == Failure::None;
}

}  // namespace

void Victim::run()
{
    m_open = kJobs;
    m_failed = 0;
    m_time.start();
    for (int i = 0; i < kJobs; ++i) {
        auto *call = new Call(m_port, Call::post("/start", blockingRequest(account()), {}), this);
        connect(call, &Call::finished, this, [this, call](const CallResult &result) {
            call->deleteLater();
            if (!isResult(result)) {
                ++m_failed;
                Q_EMIT noted(u"a job of the victim: "_s + shown(result));
            }
            if (--m_open == 0)
                Q_EMIT ran(std::chrono::milliseconds(m_time.elapsed()), m_failed,
                           result.headers.value("Server-Timing"));
        });
    }
}

void Victim::makeKeys()
{
    ++m_round;
    m_repeats = false;
    m_answers.assign(kKeys, {});
    m_nextKey = 0;
    m_good = 0;
    for (int i = 0; i < kKeysAtOnce; ++i)
        askNextKey();
}

void Victim::repeatKeys()
{
    m_repeats = true;
    m_nextKey = 0;
    m_good = 0;
    for (int i = 0; i < kKeysAtOnce; ++i)
        askNextKey();
}

QByteArray Victim::keyRequest(std::size_t index) const
{
    const QByteArray key = QByteArray::number(m_round) + '-' + QByteArray::number(qulonglong(index));
    return Call::post("/start", blockingRequest(account()), "Idempotency-Key: \"" + key + "\"\r\n");
}

void Victim::askNextKey()
{
    if (m_nextKey >= m_answers.size())
        return;
    const std::size_t index = m_nextKey++;
    ++m_open;
    auto *call = new Call(m_port, keyRequest(index), this);
    connect(call, &Call::finished, this, [this, call, index](const CallResult &result) {
        call->deleteLater();
        keyAnswered(index, result);
    });
}

void Victim::keyAnswered(std::size_t index, const CallResult &result)
{
    QByteArray &answer = m_answers[index];
    const bool isReplay = result.headers.value("Idempotent-Replayed") == "true" && result.body == answer;
    const bool isGood = isResult(result) && (!m_repeats || isReplay);
    if (isGood)
        ++m_good;
    else if (!isResult(result))
        Q_EMIT noted(u"a key of the victim: "_s + shown(result));
    if (!m_repeats)
        answer = result.body;
    askNextKey();
    if (--m_open > 0)
        return;
    if (m_repeats)
        Q_EMIT repeatedKeys(m_good);
    else
        Q_EMIT madeKeys(m_good);
}

void Victim::watch()
{
    auto *start =
        new Call(m_port, Call::post("/start", blockingRequest(account()), "Prefer: respond-async\r\n"), this);
    connect(start, &Call::finished, this, [this, start](const CallResult &result) {
        start->deleteLater();
        const QByteArray job = result.headers.value("Location");
        if (job.isEmpty()) {
            Q_EMIT noted(u"a hand-over of the victim: "_s + shown(result));
            Q_EMIT watched(false);
            return;
        }
        auto *poll = new Call(m_port, Call::get(job + "/result", "Prefer: wait=10\r\n"), this);
        connect(poll, &Call::finished, this, [this, poll](const CallResult &polled) {
            poll->deleteLater();
            if (!isResult(polled))
                Q_EMIT noted(u"a long poll of the victim: "_s + shown(polled));
            Q_EMIT watched(isResult(polled));
        });
    });
}

}  // namespace holdline::soak
