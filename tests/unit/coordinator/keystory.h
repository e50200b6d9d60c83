// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/unit/coordinator/keysteps.h"

#include <QTest>

#include <tuple>

namespace holdline::test {

/// Runs a sequence of steps in a new world. Then it ends the job, so that every client gets a response.
class Story
{
public:
    Story(const Steps &steps, bool rejects) : m_steps(steps), m_rejects(rejects), m_world(configFor(rejects))
    {
        m_world.store.hold();
    }

    /// Runs the steps. Returns an error text; empty when all checks pass.
    QByteArray run()
    {
        for (const Step step : m_steps)
            take(step);
        end();
        return judge();
    }

private:
    struct PendingRequest
    {
        Client client;
        QByteArray body;
        bool isHasty = false;
        bool handsOver = false;
        bool left = false;

        bool waits() const { return client.log->answers.empty() && !left; }
    };

    static void turn()
    {
        // Several turns of the event loop, because a look-up causes events that cause further events.
        for (int i = 0; i < 4; ++i)
            QCoreApplication::processEvents();
    }

    void arrive(const QByteArray &body, bool isHasty = false, bool handsOver = false)
    {
        http::HeaderFields headers{{"Idempotency-Key", "\"k\""}};
        if (handsOver)
            headers.append("Prefer", "respond-async");
        else if (!isHasty)
            headers.append("Prefer", "wait=60");
        m_clients.push_back({m_world.hold(body, headers), body, isHasty, handsOver, false});
    }

    void take(Step step)
    {
        switch (step) {
            case Step::Arrives:
                arrive(kBody);
                break;
            case Step::ArrivesAgain:
                arrive(kSameBody);
                break;
            case Step::ArrivesOther:
                arrive(kOtherBody);
                break;
            case Step::ArrivesHasty:
                arrive(kBody, true);
                break;
            case Step::ArrivesHandsOver:
                arrive(kBody, false, true);
                break;
            case Step::Leaves:
                for (PendingRequest &one : m_clients) {
                    if (!one.waits())
                        continue;
                    one.left = true;
                    one.client.exchange->leave();
                    break;
                }
                break;
            case Step::Writes:
                m_world.store.release(1);
                break;
            case Step::WriteFails:
                m_world.store.failNext(1, u"the disk is full"_s);
                break;
            case Step::Turn:
                turn();
                break;
            case Step::Accepted:
                if (!m_world.starter.calls.empty()) {
                    m_token = CoordinatorWorld::tokenIn(m_world.starter.calls.begin()->second);
                    m_world.starter.accept(m_world.starter.calls.begin()->first, "1f");
                }
                break;
            case Step::Unreachable:
                if (!m_world.starter.calls.empty()) {
                    ++m_unreachable;
                    m_world.starter.answer(m_world.starter.calls.begin()->first,
                                           StartResult::Fate::NotStarted, 0);
                }
                break;
            case Step::Unknown:
                if (!m_world.starter.calls.empty()) {
                    m_token = CoordinatorWorld::tokenIn(m_world.starter.calls.begin()->second);
                    m_world.starter.answer(m_world.starter.calls.begin()->first, StartResult::Fate::Unknown,
                                           0);
                }
                break;
            case Step::Callback:
                callBack();
                break;
            case Step::Deadline:
                waitForDeadlines();
                break;
        }
    }

    void waitForDeadlines()
    {
        const auto noneWaits = [this] {
            return std::none_of(m_clients.begin(), m_clients.end(),
                                [](const PendingRequest &one) { return one.isHasty && one.waits(); });
        };
        // Clients that wait for a delayed write get no response, so this wait has a limit.
        if (m_world.store.heldCount() > 0)
            std::ignore = QTest::qWaitFor(noneWaits, static_cast<int>(4 * kHasty / 1ms));
        else if (!QTest::qWaitFor(noneWaits))
            m_isLate = true;
    }

    void callBack()
    {
        if (!m_world.starter.calls.empty())
            m_token = CoordinatorWorld::tokenIn(m_world.starter.calls.begin()->second);
        if (!m_token.isEmpty())
            m_world.send(m_token, CoordinatorWorld::result());
    }

    void end()
    {
        m_world.store.failNext(0, {});
        m_world.store.release();
        for (int i = 0; i < 50; ++i) {
            turn();
            take(Step::Accepted);
            turn();
            const bool over = std::none_of(m_clients.begin(), m_clients.end(),
                                           [](const PendingRequest &one) { return one.waits(); });
            if (over && m_world.starter.calls.empty())
                break;
            callBack();
        }
        // Sends one more request with the key after the job has ended.
        if (anyResult()) {
            arrive(resultOwner()->body);
            turn();
            turn();
        }
    }

    const PendingRequest *resultOwner() const
    {
        const auto at = std::find_if(m_clients.begin(), m_clients.end(), [](const PendingRequest &one) {
            return one.client.log->status() == 200;
        });
        return at == m_clients.end() ? nullptr : &*at;
    }
    bool anyResult() const { return resultOwner() != nullptr; }

    QByteArray judge() const
    {
        const std::size_t starts = m_world.starter.order.size() - m_unreachable;
        if (m_isLate)
            return "one was not told that its time is over";
        if (starts > 1)
            return "started " + QByteArray::number(starts) + " times";
        const PendingRequest *owner = resultOwner();
        for (std::size_t i = 0; i < m_clients.size(); ++i) {
            const QByteArray problem = judge(m_clients[i], owner);
            if (!problem.isEmpty())
                return "client " + QByteArray::number(i) + " " + problem;
        }
        const bool anyStays = std::any_of(m_clients.begin(), m_clients.end(),
                                          [](const PendingRequest &one) { return !one.left; });
        if (anyStays && starts == 0 && !has(m_steps, {Step::WriteFails, Step::Unreachable}))
            return "never started";
        return {};
    }

    QByteArray judge(const PendingRequest &one, const PendingRequest *owner) const
    {
        const auto &answers = one.client.log->answers;
        if (answers.size() > 1)
            return "was answered twice";
        if (one.left)
            return answers.empty() ? QByteArray() : "was answered although it had left";
        if (answers.empty())
            return "was never answered";
        const http::Response &answer = answers.front();
        const bool isOther = owner && (one.body == kOtherBody) != (owner->body == kOtherBody);
        switch (answer.status) {
            case 200:
                if (isOther)
                    return "got the result of another request";
                return answer.body == owner->client.log->body() ? QByteArray() : "got other bytes";
            case 202:
                return one.handsOver ? QByteArray() : "was handed over";
            case 504:
                return one.isHasty ? QByteArray() : "was told that its time is over";
            case 502:
                return has(m_steps, {Step::Unreachable}) ? QByteArray()
                                                         : "was told that nobody can be reached";
            case 503:
                return has(m_steps, {Step::WriteFails}) ? QByteArray() : "was refused";
            case 409:
                return m_rejects ? QByteArray() : "was told that its key is in flight";
            case 422:
                return has(m_steps, {Step::ArrivesOther}) ? QByteArray() : "was told that its key was used";
            default:
                return "got " + QByteArray::number(answer.status);
        }
    }

    static inline const QByteArray kBody = R"({"account":"a","wait":true,"n":1})";
    static inline const QByteArray kSameBody = R"({ "n":1, "wait":true, "account":"a" })";
    static inline const QByteArray kOtherBody = R"({"account":"a","wait":true,"n":2})";

    const Steps m_steps;
    const bool m_rejects;
    CoordinatorWorld m_world;
    std::vector<PendingRequest> m_clients;
    QByteArray m_token;
    bool m_isLate = false;
    std::size_t m_unreachable = 0;  ///< start requests that failed without a connection
};

}  // namespace holdline::test
