// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobstore.h"
#include "service/holdline/store/storemessages.h"

#include <unordered_map>

namespace holdline {

class Store;

/// A shard's door to the store: writes letters to its threads and hands out their answers.
///
/// What a look-up cannot read is not found; before that is said, the store is not available any more, so that
/// nothing can be built on it. Life: after Store::open(), and gone before the Store; what is unanswered then
/// is dropped, what was to be written is written. Thread: one with an event loop.
class StoreLink final : public JobStore
{
    Q_OBJECT

public:
    explicit StoreLink(Store &store, QObject *parent = nullptr);
    ~StoreLink() override;

    bool isAvailable() const override { return m_error.isEmpty(); }
    QString errorString() const override { return m_error; }
    bool isDurable() const override;
    /// See StoreThread.
    std::vector<JobRecord> takeLate(const std::function<bool(const JobRecord &)> &isWanted);

    void put(const JobRecord &record, Done done) override;
    void remove(const QByteArray &id) override;
    void find(const QByteArray &id, Found found) override;
    void findByKey(const QByteArray &account, const QByteArray &key, Found found) override;
    void findByToken(const QByteArray &token, Found found) override;
    void findAllByKey(const QByteArray &key, int most, FoundAll found) override;

    void putDeadLetter(const DeadLetter &message, Done done) override;
    void listDeadLetters(std::optional<DeadLetter::Kind> kind, int most, FoundDeadLetters found) override;
    void findDeadLetter(const QByteArray &id, FoundDeadLetter found) override;
    void removeDeadLetter(const QByteArray &id, Done done) override;

    void askStatus(std::function<void(const StoreStatus &)> answer) override;

private:
    using Number = std::uint64_t;

    void write(StoreWrite write, Done done);
    /// `look` runs in the reader's thread.
    template <typename Look>
    void look(Look look, FoundAll found);
    template <typename Look>
    void readDeadLetters(Look look, FoundDeadLetters found);
    void receive(WrittenAnswer &&answer);
    void receive(JobsAnswer &&answer);
    void receive(DeadLettersAnswer &&answer);
    void receive(StatusAnswer &&answer);
    void receive(StateAnswer &&answer);
    void setError(const QString &error);
    /// What a look-up says it could not read.
    void noteTrouble(const QString &error);

    Store &m_store;
    const std::shared_ptr<AnswerBox> m_box = std::make_shared<AnswerBox>();
    QString m_error;
    Number m_last = 0;
    std::unordered_map<Number, Done> m_writes;
    std::unordered_map<Number, FoundAll> m_reads;
    std::unordered_map<Number, FoundDeadLetters> m_deadLetterReads;
    std::unordered_map<Number, std::function<void(const StoreStatus &)>> m_queries;
};

}  // namespace holdline
