// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/storelink.h"

#include "service/holdline/store/store.h"

namespace holdline {

namespace {

/// Turns a look-up of one item into a look-up of many.
template <typename Value>
Result<std::vector<Value>> asMany(Result<std::optional<Value>> &&one)
{
    Result<std::vector<Value>> many;
    many.error = std::move(one.error);
    if (one.value)
        many.value.push_back(std::move(*one.value));
    return many;
}

/// Turns a handler of one item into a handler of many.
template <typename Value>
std::function<void(std::vector<Value>)> firstTo(std::function<void(std::optional<Value>)> found)
{
    return [found = std::move(found)](std::vector<Value> many) {
        found(many.empty() ? std::nullopt : std::optional(std::move(many.front())));
    };
}

}  // namespace

StoreLink::StoreLink(Store &store, QObject *parent)
    : JobStore(parent), m_store(store), m_error(store.errorString())
{
    m_box->open([this](StoreAnswer &&answer) {
        std::visit([this](auto &&one) { receive(std::move(one)); }, std::move(answer));
    });
    m_store.m_writer.post(SubscribeRequest{m_box});
}

StoreLink::~StoreLink()
{
    m_store.m_writer.post(UnsubscribeRequest{m_box});
    m_box->close();
}

bool StoreLink::isDurable() const
{
    return m_store.m_writer.isDurable();
}

std::vector<JobRecord> StoreLink::takeLate(const std::function<bool(const JobRecord &)> &isWanted)
{
    return m_store.m_writer.takeLate(isWanted);
}

void StoreLink::put(const JobRecord &record, Done done)
{
    if (!record.key.isNull())
        m_store.m_keys.add(record.account, record.key);
    write(PutJob{record}, std::move(done));
}

void StoreLink::write(StoreWrite write, Done done)
{
    Number number = 0;
    if (done) {
        number = ++m_last;
        m_writes.emplace(number, std::move(done));
    }
    const QString error = m_store.m_writer.write({std::move(write), Clock::now(), number, m_box});
    if (!error.isEmpty() && number != 0)
        m_box->post(WrittenAnswer{number, error});
}

template <typename Answer, typename Look, typename Handler>
void StoreLink::look(Look look, Handler found, Waiting<Handler> &waiting)
{
    const Number number = ++m_last;
    waiting.emplace(number, std::move(found));
    m_store.m_reader.post([look = std::move(look), number, box = m_box](StoreReader &reader) {
        box->post(Answer{number, look(reader)});
    });
}

void StoreLink::find(const QByteArray &id, Found found)
{
    look<JobsAnswer>([id](StoreReader &reader) { return asMany(reader.find(id)); }, firstTo(std::move(found)),
                     m_reads);
}

void StoreLink::findByKey(const QByteArray &account, const QByteArray &key, Found found)
{
    if (m_store.m_keys.mayContain(account, key)) {
        look<JobsAnswer>(
            [account, key](StoreReader &reader) { return asMany(reader.findByKey(account, key)); },
            firstTo(std::move(found)), m_reads);
        return;
    }
    const Number number = ++m_last;
    m_reads.emplace(number, firstTo(std::move(found)));
    m_box->post(JobsAnswer{number, {}});
}

void StoreLink::findByToken(const QByteArray &token, Found found)
{
    look<JobsAnswer>([token](StoreReader &reader) { return asMany(reader.findByToken(token)); },
                     firstTo(std::move(found)), m_reads);
}

void StoreLink::findAllByKey(const QByteArray &key, int most, FoundAll found)
{
    look<JobsAnswer>([key, most](StoreReader &reader) { return reader.findAllByKey(key, most); },
                     std::move(found), m_reads);
}

void StoreLink::listDeadLetters(std::optional<DeadLetter::Kind> kind, int most, FoundDeadLetters found)
{
    look<DeadLettersAnswer>([kind, most](StoreReader &reader) { return reader.listDeadLetters(kind, most); },
                            std::move(found), m_deadLetterReads);
}

void StoreLink::findDeadLetter(const QByteArray &id, FoundDeadLetter found)
{
    look<DeadLettersAnswer>([id](StoreReader &reader) { return asMany(reader.findDeadLetter(id)); },
                            firstTo(std::move(found)), m_deadLetterReads);
}

void StoreLink::askStatus(std::function<void(const StoreStatus &)> answer)
{
    const Number number = ++m_last;
    m_queries.emplace(number, std::move(answer));
    m_store.m_writer.post(StatusRequest{number, m_box});
}

void StoreLink::receive(JobsAnswer &&answer)
{
    setReadError(answer.found.error);
    m_reads.extract(answer.number).mapped()(std::move(answer.found.value));
}

void StoreLink::receive(DeadLettersAnswer &&answer)
{
    setReadError(answer.found.error);
    m_deadLetterReads.extract(answer.number).mapped()(std::move(answer.found.value));
}

void StoreLink::setReadError(const QString &error)
{
    if (error.isEmpty())
        return;
    m_store.m_writer.post(ReaderFailure{error});
    setError(error);
}

void StoreLink::setError(const QString &error)
{
    const bool changes = error.isEmpty() != m_error.isEmpty();
    m_error = error;
    if (changes)
        Q_EMIT availabilityChanged();
}

}  // namespace holdline
