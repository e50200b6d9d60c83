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

/// One shard's door to what outlives the process. Everything is answered later, from the shard's event loop,
/// never from inside the call; what is still unanswered when the door goes is never answered. Writes are
/// carried out in the order of the calls; an error concerns that one write, and nothing of it is stored.
///
/// Implemented by StoreLink over the store's threads and by a fake in tests. Thread: its shard's.
class JobStore : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Empty: it is durable now. Otherwise why it is not, for people.
    using Done = std::function<void(const QString &error)>;
    using Found = std::function<void(std::optional<JobRecord>)>;
    using FoundAll = std::function<void(std::vector<JobRecord>)>;

    /// False while it certainly cannot store: what needs a promise is refused at once. errorString() says
    /// why, for people.
    virtual bool isAvailable() const = 0;
    virtual QString errorString() const = 0;
    /// Whether what it holds survives the process.
    virtual bool isDurable() const = 0;

    /// Stores the record under its id in place of what was there. `done` may be empty.
    virtual void put(const JobRecord &record, Done done) = 0;
    /// Forgets the record: there never was such a job.
    virtual void remove(const QByteArray &id) = 0;

    /// The record with this id, expired ones too. Sees at least what was reported as done.
    virtual void find(const QByteArray &id, Found found) = 0;
    /// The one with this key; the account's key is unique.
    virtual void findByKey(const QByteArray &account, const QByteArray &key, Found found) = 0;
    /// The one whose callback address ends in this token (CallbackToken::toText()), ended ones too: a
    /// callback that comes again after a restart must be known. Look up by CallbackToken::lookup, compare the
    /// whole in constant time.
    virtual void findByToken(const QByteArray &token, Found found) = 0;
    /// At most `most` with this key, whatever the account, newest first.
    virtual void findAllByKey(const QByteArray &key, int most, FoundAll found) = 0;

    /// Dead letters, each under its id, in place of what was there. The oldest are dropped where there are
    /// too many, of each kind by itself: a kind may take half of store.dead_letters and of
    /// store.dead_letter_bytes, so that a flood of one leaves the other alone.
    virtual void putDeadLetter(const DeadLetter &letter, Done done) = 0;
    using FoundDeadLetters = std::function<void(std::vector<DeadLetter>)>;
    using FoundDeadLetter = std::function<void(std::optional<DeadLetter>)>;
    /// The newest `most` of this kind, or of all, newest first, without bodies and tokens.
    virtual void listDeadLetters(std::optional<DeadLetter::Kind> kind, int most, FoundDeadLetters found) = 0;
    /// The whole letter.
    virtual void findDeadLetter(const QByteArray &id, FoundDeadLetter found) = 0;
    /// Forgets the letter; one that is not there is forgotten already. `done` may be empty.
    virtual void removeDeadLetter(const QByteArray &id, Done done) = 0;

    /// How the store of all shards stands.
    virtual void askStatus(std::function<void(const StoreStatus &)> answer) = 0;

Q_SIGNALS:
    /// isAvailable() changed.
    void availabilityChanged();
};

}  // namespace holdline
