// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/scriptedserver.h"
#include "tests/unit/profile/exchange.h"

#include <QJsonObject>

#include <vector>

namespace holdline::test {

/// An upstream on a socket that speaks the API of a shipped profile as its recorded exchange has it. It was
/// written from the API's documentation and does not know the profile.
///
/// Each start gets an id of its own, made of the recorded one, and everything about that job has it.
/// Callbacks are signed for the time and the address at hand, by code of its own. Lives in the test's thread
/// and event loop.
class RecordedApi
{
public:
    /// Our address, as the upstream knows it. The service must have it as `server.callback_url`.
    static constexpr char kCallbackUrl[] = "https://hold.example/callback";

    explicit RecordedApi(const QString &name);

    /// A start as the upstream got it.
    struct Start
    {
        QByteArray id;
        QByteArray token;      ///< empty when the address of callbacks is registered, or when there are none
        QByteArray requestId;  ///< its X-Request-Id
    };
    int startCount() const { return static_cast<int>(m_starts.size()); }
    const std::vector<Start> &starts() const { return m_starts; }
    int askedCount() const { return m_asked; }
    const QList<ScriptedServer::Arrival> &cancels() const { return m_cancels; }
    /// Requests that the API does not have.
    const QByteArrayList &strangers() const { return m_strangers; }

    QByteArray url() const { return m_server.url(QStringLiteral("/")).toEncoded().chopped(1); }
    /// Where the keys are published that verify its callbacks.
    QByteArray keysUrl() const { return url() + "/keys"; }
    ScriptedServer &server() { return m_server; }
    const QJsonObject &record() const { return m_exchange.json; }
    /// The contents of the secret files by their names. A test may set others.
    profile::Secrets &secrets() { return m_exchange.secrets; }

    /// Answers to starts wait for server().releaseAll().
    void setHoldsStarts(bool holds) { m_holdsStarts = holds; }
    /// The element of `asks` by which questions are answered from now on.
    void setAsk(const QJsonObject &ask) { m_ask = ask; }
    /// The first element of `asks` with this outcome; empty when there is none.
    QJsonObject askOf(const QString &outcome) const;

    /// The recorded request of a client at a path below `prefix`, with more fields. They replace recorded
    /// ones of the same name.
    QByteArray request(const QByteArray &fields = {}, const QByteArray &prefix = {}) const;

    enum class End { Completed, Failed };
    /// The first callback of the record that tells of this end; empty when there is none. A thin one only
    /// says that its job has ended.
    QJsonObject callbackOf(End end) const;
    /// The callbacks that tell of a job that goes on, and those that are forged.
    std::vector<QJsonObject> progress() const;
    std::vector<QJsonObject> forged() const;
    /// What clients get after this callback, as the record has it: `status`, `contentType` and a body.
    QJsonObject clientAnswerTo(const QJsonObject &callback) const;

    enum class Key { Right, Wrong, AsRecorded };
    /// The whole request by which this callback of a job comes. `start` counts from 0.
    QByteArray callback(int start, const QJsonObject &recorded, Key key = Key::Right) const;
    /// The same text about this job, at our upstream's address.
    QByteArray aboutJob(int start, const QByteArray &recorded) const
    {
        return about(m_starts.at(static_cast<std::size_t>(start)).id, recorded);
    }
    /// True when its callbacks prove themselves.
    bool isSigned() const;

private:
    QByteArray about(const QByteArray &id, QByteArray recorded) const;
    ScriptedServer::Script answer(const ScriptedServer::Arrival &arrival);
    ScriptedServer::Script recordedAnswer(const QJsonObject &recorded, const QByteArray &id,
                                          bool holds) const;
    bool isRequest(const ScriptedServer::Arrival &arrival, const QJsonObject &recorded) const;
    QByteArray jobIn(const ScriptedServer::Arrival &arrival) const;

    const QString m_name;
    Exchange m_exchange;
    QByteArray m_recordedId;
    QJsonObject m_ask;
    std::vector<Start> m_starts;
    QList<ScriptedServer::Arrival> m_cancels;
    QByteArrayList m_strangers;
    int m_asked = 0;
    bool m_holdsStarts = false;
    ScriptedServer m_server;
};

}  // namespace holdline::test
