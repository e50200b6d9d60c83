// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/updatesource.h"

#include <QHash>
#include <QList>
#include <QPointer>

#include <functional>
#include <memory>

namespace holdline::monitor {

/// Sends commands to the service and reports their results. All commands of one call give one report, whether
/// the call is for one job or for a hundred. When the source accepts no commands, failed() is emitted.
/// Thread: the window's.
class CommandClient : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Sets the source. All unanswered commands of the previous source fail. `source` may be null.
    void setSource(UpdateSource *source);

    void cancel(const QList<QByteArray> &jobs);
    void pauseLane(const QByteArray &account);
    void resumeLane(const QByteArray &account);
    void drain();
    void redrive(const QList<QByteArray> &deadLetters);
    void discard(const QList<QByteArray> &deadLetters);

    using ReplyHandler = std::function<void(const Reply &)>;
    /// Sends a query. Calls `handler` once, with the answer or an error, unless `context` was destroyed.
    /// Emits neither succeeded() nor failed().
    void query(Command::Verb verb, const QByteArray &target, QObject *context, ReplyHandler handler);

    /// The number of unanswered commands and queries.
    qsizetype pending() const { return m_pending.size() + m_queries.size(); }

Q_SIGNALS:
    void succeeded(const QString &text);
    void failed(const QString &text);
    /// All commands of a redrive() or discard() are answered, with or without success.
    void deadLetterCommandsAnswered();

private:
    /// The commands of one call.
    struct Batch
    {
        /// Text for a failure. For one command, %1 is the error. For several commands: %1 of %2 failed with
        /// the error %3.
        QString failure;
        /// Text for a success, where %1 is the number of commands. For one command, the service's text is
        /// shown instead.
        QString success = {};
        int sent = 0;
        int succeeded = 0;
        int answered = 0;
        bool isOfDeadLetters = false;
        QString lastText = {};
        QString lastError = {};
    };
    using BatchPtr = std::shared_ptr<Batch>;
    struct Query
    {
        QPointer<QObject> context;
        ReplyHandler handler;
    };

    void send(Batch batch, Command::Verb verb, const QList<QByteArray> &targets);
    void take(const Reply &reply);
    void answer(const BatchPtr &batch, bool ok, const QString &text);

    QPointer<UpdateSource> m_source;
    QHash<QByteArray, BatchPtr> m_pending;
    QHash<QByteArray, Query> m_queries;
};

}  // namespace holdline::monitor
