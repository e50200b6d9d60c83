// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shardrouter.h"

#include "core/job/jobid.h"
#include "service/holdline/bridge.h"
#include "service/holdline/recoveredplaces.h"
#include "service/http/problemresponse.h"

namespace holdline {

namespace {

Problem shuttingDown()
{
    return {Reason::Draining,
            QStringLiteral("The service is shutting down; try another one or later."),
            {},
            std::chrono::seconds(1)};
}

}  // namespace

ShardRouter::ShardRouter(Bridge &bridge, ShardPlace place, QObject *parent)
    : QObject(parent), m_bridge(bridge), m_place(std::move(place)), m_guests(m_place.boxes.size())
{
}

ShardRouter::~ShardRouter()
{
    for (const auto &guests : m_guests) {
        for (const auto &[number, guest] : guests)
            guest->detach();
    }
}

void ShardRouter::start(const http::Request &request, std::unique_ptr<Exchange> exchange)
{
    auto parsed = parseStart(request.body);
    auto *start = std::get_if<StartRequest>(&parsed);
    const int home = start ? m_place.homes.of(start->account) : m_place.index;
    if (home == m_place.index) {
        m_bridge.hold(request, std::move(parsed), std::move(exchange));
        return;
    }
    const PassageId id = send(home, std::move(exchange));
    if (post(home, StartLetter{id, request, std::move(*start)})) {
        Q_EMIT startForwarded();
    } else {
        const Problem problem = shuttingDown();
        refuse(id, problem);
        Q_EMIT requestRefused(request, problem);
    }
}

void ShardRouter::callback(const http::Request &request, std::unique_ptr<Exchange> exchange)
{
    const QByteArrayView path = request.path();
    const QByteArrayView text = path.sliced(path.lastIndexOf('/') + 1);
    // One that names no shard of ours is as unknown here as anywhere.
    int home = m_place.index;
    if (m_place.homes.count() > 1) {
        const auto token = CallbackToken::fromText(text);
        if (token && token->shard < m_place.homes.count())
            home = token->shard;
        if (token && m_place.recovered) {
            if (const auto moved = m_place.recovered->ofToken(text.toByteArray()))
                home = *moved;
        }
    }
    if (home == m_place.index) {
        m_bridge.callback(text, request, std::move(exchange));
        return;
    }
    const PassageId id = send(home, std::move(exchange));
    if (post(home, CallbackLetter{id, text.toByteArray(), request}))
        Q_EMIT callbackForwarded();
    else
        refuse(id, shuttingDown());
}

PassageId ShardRouter::send(int shard, std::unique_ptr<Exchange> exchange)
{
    const PassageId id{m_place.index, ++m_lastPassage};
    connect(exchange.get(), &Exchange::clientGone, this, [this, id] {
        auto node = m_away.extract(id.number);
        // We are inside a signal of the exchange.
        node.mapped().exchange.release()->deleteLater();
        post(node.mapped().shard, GoneLetter{id});
    });
    m_away.emplace(id.number, Away{std::move(exchange), shard});
    return id;
}

bool ShardRouter::post(int shard, ShardLetter letter)
{
    return m_place.boxes[static_cast<std::size_t>(shard)]->post(std::move(letter));
}

void ShardRouter::refuse(PassageId id, const Problem &problem)
{
    receive(AnswerLetter{id, http::problemResponse(problem)});
}

void ShardRouter::receive(StartLetter &&letter)
{
    m_bridge.hold(letter.request, std::move(letter.start), standIn(letter.id));
}

std::unique_ptr<Exchange> ShardRouter::standIn(PassageId id)
{
    auto exchange = std::make_unique<RemoteExchange>(static_cast<RemoteExchangeKeeper &>(*this), id);
    m_guests[static_cast<std::size_t>(id.from)].emplace(id.number, exchange.get());
    return exchange;
}

void ShardRouter::receive(CallbackLetter &&letter)
{
    m_bridge.callback(letter.token, letter.request, standIn(letter.id));
}

void ShardRouter::receive(GoneLetter &&letter)
{
    auto &guests = m_guests[static_cast<std::size_t>(letter.id.from)];
    const auto found = guests.find(letter.id.number);
    if (found == guests.end())
        return;
    RemoteExchange *guest = found->second;
    guests.erase(found);
    guest->leave();
}

void ShardRouter::receive(AnswerLetter &&letter)
{
    const auto away = m_away.extract(letter.id.number);
    if (!away)
        return;  // its client left while the answer was on its way
    away.mapped().exchange->answer(letter.response);
}

void ShardRouter::answered(RemoteExchange &exchange, const http::Response &response)
{
    const PassageId id = exchange.id();
    m_guests[static_cast<std::size_t>(id.from)].erase(id.number);
    post(id.from, AnswerLetter{id, response});
}

}  // namespace holdline
