// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/scriptedserver.h"
#include "tests/unit/profile/exchange.h"

#include <QJsonObject>

#include <vector>

namespace holdline::test {

/// An upstream on a socket that behaves like the API of a shipped profile. It replays the profile's recorded
/// exchange, which was written from the API's documentation, and does not use the profile itself.
///
/// Each start request gets its own job id, made from the recorded id. All messages about the job contain this
/// id. Callbacks are signed for the current time and their address, without the code under test (see
/// callbacksigning.h). Runs in the test's thread and event loop.
class RecordedApi
{
public:
    /// The service's public callback URL. The service must have it as `server.callback_url`.
    static constexpr char kCallbackUrl[] = "https://hold.example/callback";

    explicit RecordedApi(const QString &name);

    /// A start request that the upstream received.
    struct Start
    {
        QByteArray id;
        QByteArray token;      ///< of the callback URL; empty without a callback URL in the request
        QByteArray requestId;  ///< value of X-Request-Id
    };
    int startCount() const { return static_cast<int>(m_starts.size()); }
    const std::vector<Start> &starts() const { return m_starts; }
    int askedCount() const { return m_asked; }
    const QList<ScriptedServer::Arrival> &cancels() const { return m_cancels; }
    /// Returns the heads of received requests that the API does not know.
    const QByteArrayList &strangers() const { return m_strangers; }

    QByteArray url() const { return m_server.url(QStringLiteral("/")).toEncoded().chopped(1); }
    /// Returns the URL of the published keys that verify the callbacks.
    QByteArray keysUrl() const { return url() + "/keys"; }
    ScriptedServer &server() { return m_server; }
    const QJsonObject &record() const { return m_exchange.json; }
    /// Returns the contents of the secrets by name. A test may change them.
    profile::Secrets &secrets() { return m_exchange.secrets; }

    /// When true, answers to start requests wait for server().releaseAll().
    void setHoldsStarts(bool holds) { m_holdsStarts = holds; }
    /// Sets the element of `asks` in the record with which status requests are answered from now on.
    void setAsk(const QJsonObject &ask) { m_ask = ask; }
    /// Returns the first element of `asks` in the record with this outcome, or an empty object.
    QJsonObject askOf(const QString &outcome) const;

    /// Returns the recorded client's request with `prefix` before its path and with additional header fields.
    /// These replace recorded fields of the same name.
    QByteArray request(const QByteArray &fields = {}, const QByteArray &prefix = {}) const;

    enum class End { Completed, Failed };
    /// Returns the first recorded callback about this end of a job, or an empty object. It may be thin: it
    /// then says that the job has ended, but has no result.
    QJsonObject callbackOf(End end) const;
    /// Returns the recorded callbacks that say that a job still runs. forged() returns the forged ones.
    std::vector<QJsonObject> progress() const;
    std::vector<QJsonObject> forged() const;
    /// Returns the recorded answer that the client gets after this callback: `status`, `contentType` and a
    /// body.
    QJsonObject clientAnswerTo(const QJsonObject &callback) const;

    enum class Key { Right, Wrong, AsRecorded };
    /// Returns the complete request of this recorded callback for a job. `start` is the number of the job's
    /// start request, from 0.
    QByteArray callback(int start, const QJsonObject &recorded, Key key = Key::Right) const;
    /// Returns the recorded text with the id of this job and with this upstream's URL.
    QByteArray aboutJob(int start, const QByteArray &recorded) const
    {
        return about(m_starts.at(static_cast<std::size_t>(start)).id, recorded);
    }
    /// Returns whether the API's callbacks contain a signature or a secret.
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
