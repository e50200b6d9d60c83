// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/deadletter.h"
#include "core/job/jobrecord.h"
#include "core/telemetry/storestatus.h"

#include <QObject>
#include <QString>

#include <functional>
#include <optional>
#include <vector>

namespace holdline {

/// A shard's access to the stored data, which outlives the process. Callbacks are called later from the
/// shard's event loop, never inside the call. When this object is destroyed, callbacks of open calls are not
/// called. Writes are carried out in the order of the calls. An error concerns one write, and nothing of that
/// write is stored.
///
/// Implemented by StoreLink over the store's threads and by a fake in tests. Thread: its shard's.
class JobStore : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Called when a write has ended. `error` is empty when the write is durable, otherwise an error message.
    using Done = std::function<void(const QString &error)>;
    using Found = std::function<void(std::optional<JobRecord>)>;
    using FoundAll = std::function<void(std::vector<JobRecord>)>;

    /// False while the store certainly cannot write. Durable jobs are then refused at once. errorString()
    /// describes the reason.
    virtual bool isAvailable() const = 0;
    virtual QString errorString() const = 0;
    /// True when the stored data survives the process.
    virtual bool isDurable() const = 0;

    /// Stores the record under its id and replaces an earlier one. `done` may be empty.
    virtual void put(const JobRecord &record, Done done) = 0;
    /// Deletes the record. Later look-ups find no such job. Succeeds when there is no record.
    virtual void remove(const QByteArray &id, Done done) = 0;

    /// Frees the Idempotency-Key of an ended job of which nobody knows whether it was started. Does so in one
    /// step, so that a result that arrives meanwhile is not lost. Does not change any other job; find()
    /// returns the record as it is afterwards.
    virtual void freeKey(const QByteArray &id, Done done) = 0;

    /// Finds the record with this id, also an expired one. Sees every write that was reported as done.
    virtual void find(const QByteArray &id, Found found) = 0;
    /// Finds the record with this key, which is unique in its account.
    virtual void findByKey(const QByteArray &account, const QByteArray &key, Found found) = 0;
    /// Finds the record whose callback address ends in this token (CallbackToken::toText()). Also finds ended
    /// jobs, because a repeated callback must be recognised after a restart. Implementations look up by
    /// CallbackToken::lookup and compare the whole token in constant time.
    virtual void findByToken(const QByteArray &token, Found found) = 0;
    /// Finds the record of this route whose job has this id at the upstream; the newest record, when there
    /// are several. Also finds ended jobs. A record without a route is not found.
    virtual void findByUpstreamId(const QByteArray &route, const QByteArray &upstreamId, Found found) = 0;
    /// Finds at most `most` records with this key in all accounts, newest first.
    virtual void findAllByKey(const QByteArray &key, int most, FoundAll found) = 0;

    /// Stores a dead letter under its id and replaces an earlier one. Drops the oldest dead letters when
    /// there are too many. Each kind may use half of store.dead_letters (number) and of
    /// store.dead_letter_bytes. So many dead letters of one kind do not push out the other kind.
    virtual void putDeadLetter(const DeadLetter &letter, Done done) = 0;
    using FoundDeadLetters = std::function<void(std::vector<DeadLetter>)>;
    using FoundDeadLetter = std::function<void(std::optional<DeadLetter>)>;
    /// Lists the newest `most` dead letters of this kind or of all kinds, newest first, without bodies and
    /// tokens.
    virtual void listDeadLetters(std::optional<DeadLetter::Kind> kind, int most, FoundDeadLetters found) = 0;
    /// Finds one dead letter with its body and token.
    virtual void findDeadLetter(const QByteArray &id, FoundDeadLetter found) = 0;
    /// Deletes a dead letter. Succeeds when it does not exist. `done` may be empty.
    virtual void removeDeadLetter(const QByteArray &id, Done done) = 0;

    /// Reads the status of the store, which all shards share.
    virtual void askStatus(std::function<void(const StoreStatus &)> answer) = 0;

Q_SIGNALS:
    /// isAvailable() changed.
    void availabilityChanged();
    /// The stored data was lost, because the file was deleted or replaced. Unfinished jobs must be stored
    /// again. The store is available, and availabilityChanged() follows.
    void replaced();
};

}  // namespace holdline
