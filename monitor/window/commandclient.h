// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/updatesource.h"

#include <QHash>
#include <QList>
#include <QPointer>

#include <functional>
#include <memory>

namespace holdline::monitor {

/// Takes commands to the service and tells what came of them: one notice for each thing that was asked for,
/// be it the cancelling of one job or of a hundred. A source that cannot take commands is a failure like any
/// other. Thread: the window's.
class CommandClient : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// What is unanswered from the source before it has failed. Null: there is none.
    void setSource(UpdateSource *source);

    void cancel(const QList<QByteArray> &jobs);
    void pauseLane(const QByteArray &account);
    void resumeLane(const QByteArray &account);
    void drain();
    void redrive(const QList<QByteArray> &letters);
    void discard(const QList<QByteArray> &letters);

    using Answered = std::function<void(const Reply &)>;
    /// A question: `answered` gets its answer, or why there is none, once, unless `context` is gone by then.
    /// Nothing else is told.
    void ask(Command::Verb verb, const QByteArray &target, QObject *context, Answered answered);

    /// Commands without an answer.
    qsizetype pending() const { return m_pending.size() + m_queries.size(); }

Q_SIGNALS:
    void succeeded(const QString &text);
    void failed(const QString &text);
    /// Dead letters were driven again or thrown away, or that was tried.
    void deadLettersTouched();

private:
    /// Commands that were asked for in one go.
    struct Errand
    {
        QString failure;  ///< what could not be done, for one: "The job could not be cancelled: %1"
        QString success;  ///< with the number done as %1, for several; for one the service's own words
        int asked = 0;
        int done = 0;
        int answered = 0;
        bool aboutDeadLetters = false;
        QString lastText;
        QString why;
    };
    using ErrandPtr = std::shared_ptr<Errand>;
    struct Query
    {
        QPointer<QObject> context;
        Answered answered;
    };

    void send(const ErrandPtr &errand, Command::Verb verb, const QByteArray &target);
    void take(const Reply &reply);
    void answer(const ErrandPtr &errand, bool ok, const QString &text);

    QPointer<UpdateSource> m_source;
    QHash<QByteArray, ErrandPtr> m_pending;
    QHash<QByteArray, Query> m_queries;
};

}  // namespace holdline::monitor
