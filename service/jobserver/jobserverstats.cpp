// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/jobserverstats.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kMaxCountedAccounts = 10'000;

QJsonValue number(std::uint64_t value)
{
    return static_cast<qint64>(value);
}

template <typename Map>
QJsonObject counts(const Map &map)
{
    QJsonObject object;
    for (const auto &[key, count] : map)
        object.insert(QString::fromUtf8(key), number(count));
    return object;
}

}  // namespace

void JobServerStats::countAccount(const QByteArray &account)
{
    const auto known = accounts.find(account);
    if (known != accounts.end())
        ++known->second;
    else if (accounts.size() < kMaxCountedAccounts)
        accounts.emplace(account, 1);
    else
        ++otherAccounts;
}

QByteArray JobServerStats::toJson(bool perAccount) const
{
    QJsonObject object{
        {u"requests"_s, number(requests)},
        {u"refused"_s, number(refused)},
        {u"left_before_start"_s, number(leftBefore)},
        {u"starts"_s, number(starts)},
        {u"blocking_starts"_s, number(blockingStarts)},
        {u"async_starts"_s, number(asyncStarts)},
        {u"duplicate_starts"_s, number(duplicateStarts)},
        {u"repeated_starts"_s, number(repeatedStarts)},
        {u"finished"_s, number(finished)},
        {u"running"_s, number(running)},
        {u"most_running"_s, number(mostRunning)},
        {u"max_connections_per_account"_s, mostConnectionsOfOneAccount},
        {u"longest_line"_s, longestLine},
        {u"waiting"_s, waiting},
        {u"accounts_seen"_s, static_cast<qint64>(accounts.size())},
        {u"callbacks"_s, QJsonObject{{u"made"_s, number(callbacks)},
                                     {u"delivered"_s, number(callbacksDelivered)},
                                     {u"given_up"_s, number(callbacksGivenUp)},
                                     {u"retries"_s, number(callbackRetries)},
                                     {u"in_flight"_s, callbacksInFlight},
                                     {u"queued"_s, callbacksQueued},
                                     {u"answers"_s, counts(callbackAnswers)}}},
        {u"faults"_s, counts(faults)},
    };
    if (perAccount) {
        object.insert(u"accounts"_s, counts(accounts));
        object.insert(u"other_accounts"_s, number(otherAccounts));
    }
    return QJsonDocument(object).toJson(QJsonDocument::Indented);
}

}  // namespace holdline
