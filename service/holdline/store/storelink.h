// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobstore.h"
#include "service/holdline/store/storemessages.h"

#include <unordered_map>

namespace holdline {

class Store;

/// A shard's link to the store. Posts requests to the store's threads and passes on their answers.
///
/// A look-up that fails reports "not found", but only after the store was marked unavailable. So nobody
/// relies on a wrong "not found". Life: made after Store::open() and destroyed before the Store. The
/// destructor drops open answers, but all requested writes are still done. Thread: one with an event loop.
class StoreLink final : public JobStore
{
    Q_OBJECT

public:
    explicit StoreLink(Store &store, QObject *parent = nullptr);
    ~StoreLink() override;

    bool isAvailable() const override { return m_error.isEmpty(); }
    QString errorString() const override { return m_error; }
    bool isDurable() const override;
    /// See StoreThread::takeLate().
    std::vector<JobRecord> takeLate(const std::function<bool(const JobRecord &)> &isWanted);

    void put(const JobRecord &record, Done done) override;
    void remove(const QByteArray &id) override { write(RemoveJob{id}, {}); }
    void find(const QByteArray &id, Found found) override;
    void findByKey(const QByteArray &account, const QByteArray &key, Found found) override;
    void findByToken(const QByteArray &token, Found found) override;
    void findAllByKey(const QByteArray &key, int most, FoundAll found) override;

    void putDeadLetter(const DeadLetter &message, Done done) override
    {
        write(PutDeadLetter{message}, std::move(done));
    }
    void listDeadLetters(std::optional<DeadLetter::Kind> kind, int most, FoundDeadLetters found) override;
    void findDeadLetter(const QByteArray &id, FoundDeadLetter found) override;
    void removeDeadLetter(const QByteArray &id, Done done) override
    {
        write(RemoveDeadLetter{id}, std::move(done));
    }

    void askStatus(std::function<void(const StoreStatus &)> answer) override;

private:
    using Number = std::uint64_t;
    template <typename Receiver>
    using Waiting = std::unordered_map<Number, Receiver>;

    void write(StoreWrite write, Done done);
    /// `look` runs in the reader's thread. `found` is in `waiting` until the Answer comes.
    template <typename Answer, typename Look, typename Handler>
    void look(Look look, Handler found, Waiting<Handler> &waiting);
    void receive(WrittenAnswer &&answer) { m_writes.extract(answer.number).mapped()(answer.error); }
    void receive(JobsAnswer &&answer);
    void receive(DeadLettersAnswer &&answer);
    void receive(StatusAnswer &&answer) { m_queries.extract(answer.number).mapped()(answer.status); }
    void receive(StateAnswer &&answer) { setError(answer.error); }
    void setError(const QString &error);
    /// A look-up failed with this error.
    void setReadError(const QString &error);

    Store &m_store;
    const std::shared_ptr<AnswerBox> m_box = std::make_shared<AnswerBox>();
    QString m_error;
    Number m_last = 0;
    Waiting<Done> m_writes;
    Waiting<FoundAll> m_reads;
    Waiting<FoundDeadLetters> m_deadLetterReads;
    Waiting<std::function<void(const StoreStatus &)>> m_queries;
};

}  // namespace holdline
