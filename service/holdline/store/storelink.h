// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/jobstore.h"
#include "service/holdline/store/storemessages.h"

#include <QTimer>

#include <map>

namespace holdline {

class Store;

/// A shard's link to the store. Posts requests to the store's threads and passes on their answers.
///
/// A look-up that fails reports "not found", but only after the store was marked unavailable. So callers do
/// not rely on a wrong "not found".
///
/// A disk can hang instead of failing. When the store does not answer for `store.patience`, the store counts
/// as unavailable and all open requests fail. The same happens when Store::open() takes longer. The store is
/// available again when both of its threads answer. Then a write that counted as failed may still be carried
/// out, before all later writes.
///
/// Make a link after Store::open(), and destroy it before the Store. The destructor drops open answers, but
/// all requested writes are still done. For use in one thread with an event loop.
class StoreLink final : public JobStore
{
    Q_OBJECT

public:
    explicit StoreLink(Store &store, QObject *parent = nullptr);
    ~StoreLink() override;

    bool isAvailable() const override { return m_error.isEmpty(); }
    QString errorString() const override { return m_error; }
    /// True while the store counts as hanging.
    bool isHanging() const { return m_lifeSigns > 0; }
    bool isDurable() const override;
    /// See StoreThread::takeLate().
    std::vector<JobRecord> takeLate(const std::function<bool(const JobRecord &)> &isWanted);

    void put(const JobRecord &record, Done done) override;
    void remove(const QByteArray &id, Done done) override { write(RemoveJob{id}, std::move(done)); }
    void freeKey(const QByteArray &id, Done done) override { write(FreeKey{id}, std::move(done)); }
    void find(const QByteArray &id, Found found) override;
    void findByKey(const QByteArray &account, const QByteArray &key, Found found) override;
    void findByToken(const QByteArray &token, Found found) override;
    void findByUpstreamId(const QByteArray &route, const QByteArray &upstreamId, Found found) override;
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
    using StatusHandler = std::function<void(const StoreStatus &)>;
    using Handler = std::variant<Done, FoundAll, FoundDeadLetters, StatusHandler>;
    struct Open
    {
        TimePoint since{};
        Handler handler;
    };

    Number open(Handler handler, TimePoint now = Clock::now());
    /// Removes and returns the handler of a request. Returns nothing when the request was given up.
    template <typename Kind>
    std::optional<Kind> take(Number number);
    void checkPatience();
    void giveUp();
    void awaitLifeSigns();
    void write(StoreWrite write, Done done);
    /// Runs `look` in the reader's thread. Its result comes back as an Answer.
    template <typename Answer, typename Look>
    void look(Look look, Handler found);
    void receive(WrittenAnswer &&answer);
    void receive(JobsAnswer &&answer);
    void receive(DeadLettersAnswer &&answer);
    void receive(StatusAnswer &&answer);
    void receive(StateAnswer &&answer);
    void receive(LifeSign &&sign);
    void showState();
    /// Marks the store unavailable because a look-up failed with this error. Does nothing without an error.
    void setReadError(const QString &error);

    Store &m_store;
    const std::shared_ptr<AnswerBox> m_box = std::make_shared<AnswerBox>();
    QString m_state;      ///< the store's error as its threads report it; empty: available
    QString m_error;      ///< m_state, or the error of a store that hangs
    int m_lifeSigns = 0;  ///< missing LifeSigns of a hanging store's two threads
    bool m_isOverdue = false;
    StoreStatus m_lastStatus;
    Number m_last = 0;
    std::map<Number, Open> m_open;  ///< requests without an answer, oldest first
    QTimer m_watch;                 ///< runs while a request is open
};

}  // namespace holdline
