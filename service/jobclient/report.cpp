// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobclient/report.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

double seconds(std::chrono::nanoseconds duration)
{
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::chrono::nanoseconds Report::average() const
{
    return succeeded > 0 ? summed / succeeded : std::chrono::nanoseconds(0);
}

std::chrono::nanoseconds Report::percentile(double share) const
{
    if (durations.empty())
        return std::chrono::nanoseconds(0);
    std::vector<std::chrono::nanoseconds> sorted = durations;
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    const auto nth =
        sorted.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, sorted.size()) - 1);
    std::nth_element(sorted.begin(), nth, sorted.end());
    return *nth;
}

QByteArray Report::toText() const
{
    QByteArray text = "Succeeded: " + QByteArray::number(succeeded) +
                      "\nAverage Duration: " + goSeconds(average()) +
                      " seconds\nTotal Duration: " + goSeconds(total) +
                      " seconds\n\nWORK SAMPLE RESULT: " + (passed() ? "PASSED" : "FAILED") + '\n';
    if (passed())
        text += "\nProof :\n" + encodeProofBlock(proofs) + '\n';
    return text;
}

QByteArray Report::toJson() const
{
    QJsonObject byStatus;
    for (const auto &[status, count] : statuses)
        byStatus.insert(QString::number(status), count);
    QJsonObject byFailure;
    for (const auto &[word, count] : failures)
        byFailure.insert(QString::fromLatin1(word), count);
    QJsonObject object{
        {u"passed"_s, passed()},
        {u"jobs"_s, jobs},
        {u"succeeded"_s, succeeded},
        {u"failed"_s, failed},
        {u"concurrency"_s, concurrency},
        {u"accounts"_s, accounts},
        {u"connections_opened"_s, connections},
        {u"limit_seconds"_s, seconds(limit)},
        {u"total_seconds"_s, seconds(total)},
        {u"average_seconds"_s, seconds(average())},
        {u"jobs_per_second"_s, total.count() > 0 ? succeeded / seconds(total) : 0.0},
        {u"duration_seconds"_s, QJsonObject{{u"min"_s, seconds(percentile(0))},
                                            {u"p50"_s, seconds(percentile(0.5))},
                                            {u"p90"_s, seconds(percentile(0.9))},
                                            {u"p99"_s, seconds(percentile(0.99))},
                                            {u"max"_s, seconds(percentile(1))}}},
        {u"statuses"_s, byStatus},
        {u"errors"_s, byFailure},
    };
    if (passed())
        object.insert(u"proof"_s, QString::fromLatin1(encodeProofBlock(proofs)));
    return QJsonDocument(object).toJson(QJsonDocument::Indented);
}

QByteArray Report::failureText() const
{
    if (failures.empty())
        return {};
    QByteArray list;
    for (const auto &[word, count] : failures)
        list += (list.isEmpty() ? "" : ", ") + QByteArray::number(count) + ' ' + word;
    return QByteArray::number(failed) + " of " + QByteArray::number(jobs) + " jobs failed: " + list;
}

QByteArray goSeconds(std::chrono::nanoseconds duration)
{
    const double value = seconds(duration);
    // Go's %v: the shortest text that reads back as the same number, with an exponent below 0.0001.
    const bool exponent = value != 0 && std::abs(value) < 1e-4;
    char text[64];
    const auto end = std::to_chars(text, text + sizeof text, value,
                                   exponent ? std::chars_format::scientific : std::chars_format::fixed);
    return QByteArray(text, end.ptr - text);
}

}  // namespace holdline
