// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/storelink.h"

#include "core/telemetry/logging.h"
#include "service/holdline/store/store.h"

#include <utility>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// Converts the result of a look-up of one item to a list.
template <typename Value>
Result<std::vector<Value>> asMany(Result<std::optional<Value>> &&one)
{
    Result<std::vector<Value>> many;
    many.error = std::move(one.error);
    if (one.value)
        many.value.push_back(std::move(*one.value));
    return many;
}

/// Converts a handler of one item to a handler of a list.
template <typename Value>
std::function<void(std::vector<Value>)> firstTo(std::function<void(std::optional<Value>)> found)
{
    return [found = std::move(found)](std::vector<Value> many) {
        found(many.empty() ? std::nullopt : std::optional(std::move(many.front())));
    };
}

}  // namespace

StoreLink::StoreLink(Store &store, QObject *parent)
    : JobStore(parent), m_store(store), m_state(store.m_writer.state()), m_error(m_state)
{
    m_box->open([this](StoreAnswer &&answer) {
        std::visit([this](auto &&one) { receive(std::move(one)); }, std::move(answer));
    });
    m_watch.setInterval(m_store.patience() / 8);
    connect(&m_watch, &QTimer::timeout, this, &StoreLink::checkPatience);
    m_store.m_writer.post(SubscribeRequest{m_box});
    if (m_store.m_hangs) {
        awaitLifeSigns();
        showState();
    }
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

StoreLink::Number StoreLink::open(Handler handler, TimePoint now)
{
    m_open.emplace_hint(m_open.end(), ++m_last, Open{now, std::move(handler)});
    if (!m_watch.isActive())
        m_watch.start();
    return m_last;
}

template <typename Kind>
std::optional<Kind> StoreLink::take(Number number)
{
    auto node = m_open.extract(number);
    return node ? std::optional(std::get<Kind>(std::move(node.mapped().handler))) : std::nullopt;
}

void StoreLink::checkPatience()
{
    const bool isOverdue =
        !m_open.empty() && Clock::now() - m_open.begin()->second.since > m_store.patience();
    // After a pause of this process, answers may wait unread in the mailbox. So the store must be late in two
    // checks.
    const bool wasOverdue = std::exchange(m_isOverdue, isOverdue);
    if (m_open.empty())
        m_watch.stop();
    else if (isOverdue && wasOverdue)
        giveUp();
}

void StoreLink::giveUp()
{
    const auto given = std::exchange(m_open, {});
    m_watch.stop();
    if (!isHanging())
        awaitLifeSigns();
    showState();
    if (!m_store.m_hangs.exchange(true))
        qCWarning(lcService).noquote() << "the store is not available:" << m_error;
    for (const auto &[number, open] : given) {
        if (const auto *done = std::get_if<Done>(&open.handler))
            (*done)(m_error);
        else if (const auto *found = std::get_if<FoundAll>(&open.handler))
            (*found)({});
        else if (const auto *letters = std::get_if<FoundDeadLetters>(&open.handler))
            (*letters)({});
        else
            std::get<StatusHandler>(open.handler)(m_lastStatus);
    }
}

/// Asks both threads of the store for a LifeSign. The store counts as available again when both have
/// answered.
void StoreLink::awaitLifeSigns()
{
    m_lifeSigns = 2;
    m_store.m_writer.post(LifeSignRequest{m_box});
    m_store.m_reader.post([box = m_box](StoreReader &) { box->post(LifeSign{}); });
}

void StoreLink::write(StoreWrite write, Done done)
{
    const TimePoint now = Clock::now();
    const Number number = done ? open(std::move(done), now) : 0;
    // When the store hangs, the write fails at once. Unwritten changes are written later, as after any other
    // failure.
    const QString error =
        isHanging() ? m_error : m_store.m_writer.write({std::move(write), now, number, m_box});
    if (!error.isEmpty() && number != 0)
        m_box->post(WrittenAnswer{number, error});
}

template <typename Answer, typename Look>
void StoreLink::look(Look look, Handler found)
{
    const Number number = open(std::move(found));
    if (isHanging())
        m_box->post(Answer{number, {}});
    else
        m_store.m_reader.post([look = std::move(look), number, box = m_box](StoreReader &reader) {
            box->post(Answer{number, look(reader)});
        });
}

void StoreLink::find(const QByteArray &id, Found found)
{
    look<JobsAnswer>([id](StoreReader &reader) { return asMany(reader.find(id)); },
                     firstTo(std::move(found)));
}

void StoreLink::findByKey(const QByteArray &account, const QByteArray &key, Found found)
{
    if (m_store.m_keys.mayContain(account, key)) {
        look<JobsAnswer>(
            [account, key](StoreReader &reader) { return asMany(reader.findByKey(account, key)); },
            firstTo(std::move(found)));
        return;
    }
    m_box->post(JobsAnswer{open(firstTo(std::move(found))), {}});
}

void StoreLink::findByToken(const QByteArray &token, Found found)
{
    look<JobsAnswer>([token](StoreReader &reader) { return asMany(reader.findByToken(token)); },
                     firstTo(std::move(found)));
}

void StoreLink::findByUpstreamId(const QByteArray &route, const QByteArray &upstreamId, Found found)
{
    look<JobsAnswer>([route, upstreamId](
                         StoreReader &reader) { return asMany(reader.findByUpstreamId(route, upstreamId)); },
                     firstTo(std::move(found)));
}

void StoreLink::findAllByKey(const QByteArray &key, int most, FoundAll found)
{
    look<JobsAnswer>([key, most](StoreReader &reader) { return reader.findAllByKey(key, most); },
                     std::move(found));
}

void StoreLink::listDeadLetters(std::optional<DeadLetter::Kind> kind, int most, FoundDeadLetters found)
{
    look<DeadLettersAnswer>([kind, most](StoreReader &reader) { return reader.listDeadLetters(kind, most); },
                            std::move(found));
}

void StoreLink::findDeadLetter(const QByteArray &id, FoundDeadLetter found)
{
    look<DeadLettersAnswer>([id](StoreReader &reader) { return asMany(reader.findDeadLetter(id)); },
                            firstTo(std::move(found)));
}

void StoreLink::askStatus(std::function<void(const StoreStatus &)> answer)
{
    const Number number = open(std::move(answer));
    if (isHanging())
        m_box->post(StatusAnswer{number, m_lastStatus});
    else
        m_store.m_writer.post(StatusRequest{number, m_box});
}

void StoreLink::receive(WrittenAnswer &&answer)
{
    if (const auto done = take<Done>(answer.number))
        (*done)(answer.error);
}

void StoreLink::receive(JobsAnswer &&answer)
{
    setReadError(answer.found.error);
    if (const auto found = take<FoundAll>(answer.number))
        (*found)(std::move(answer.found.value));
}

void StoreLink::receive(DeadLettersAnswer &&answer)
{
    setReadError(answer.found.error);
    if (const auto found = take<FoundDeadLetters>(answer.number))
        (*found)(std::move(answer.found.value));
}

void StoreLink::receive(StatusAnswer &&answer)
{
    m_lastStatus = std::move(answer.status);
    if (const auto told = take<StatusHandler>(answer.number))
        (*told)(m_lastStatus);
}

void StoreLink::receive(StateAnswer &&answer)
{
    if (answer.replaced)
        Q_EMIT replaced();
    m_state = answer.error;
    showState();
}

void StoreLink::receive(LifeSign &&)
{
    --m_lifeSigns;
    if (!isHanging() && m_store.m_hangs.exchange(false))
        qCInfo(lcService) << "the store answers again";
    showState();
}

void StoreLink::setReadError(const QString &error)
{
    if (error.isEmpty())
        return;
    m_store.m_writer.post(ReaderFailure{error});
    m_state = error;
    showState();
}

void StoreLink::showState()
{
    const bool wasAvailable = isAvailable();
    m_error = isHanging() ? m_store.hangError() : m_state;
    if (isHanging()) {
        m_lastStatus.available = false;
        m_lastStatus.error = m_error;
    }
    if (isAvailable() != wasAvailable)
        Q_EMIT availabilityChanged();
}

}  // namespace holdline
