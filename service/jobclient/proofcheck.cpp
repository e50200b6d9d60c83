// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobclient/proofcheck.h"

#include "service/jobclient/report.h"

#include <QHashFunctions>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <unordered_set>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds kJobDuration{500};
constexpr qsizetype kMaxProblems = 10;

void add(QStringList &problems, const QString &problem)
{
    if (problems.size() < kMaxProblems)
        problems.append(problem);
}

/// Returns the largest number of jobs of which the last started less than `window` after the first.
std::size_t mostWithin(const std::vector<JobTime> &sorted, std::chrono::milliseconds window)
{
    std::size_t most = 0;
    std::size_t first = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        while (sorted[i] - sorted[first] >= window)
            ++first;
        most = std::max(most, i - first + 1);
    }
    return most;
}

}  // namespace

ProofCheck checkProofs(const ProofEntries &entries, std::chrono::milliseconds limit)
{
    ProofCheck check;
    check.count = entries.size();
    std::unordered_set<QByteArray> ids;
    std::vector<JobTime> times;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const ProofEntry &entry = entries[i];
        QStringList bad;
        if (!isJobIdText(entry.id))
            bad.append(u"id"_s);
        if (const auto time = parseStartedAt(entry.startedAt))
            times.push_back(*time);
        else
            bad.append(u"startedAt"_s);
        if (!isProofText(entry.proof))
            bad.append(u"proof"_s);
        if (!bad.isEmpty()) {
            ++check.badEntries;
            add(check.problems, u"entry %1: malformed %2"_s.arg(i + 1).arg(bad.join(u" and "_s)));
        }
        if (!ids.insert(entry.id).second) {
            ++check.repeated;
            add(check.problems, u"entry %1 repeats the id of an earlier entry"_s.arg(i + 1));
        }
    }
    if (entries.empty())
        add(check.problems, u"the block is empty"_s);
    if (!times.empty()) {
        std::sort(times.begin(), times.end());
        check.first = formatStartedAt(times.front());
        check.last = formatStartedAt(times.back());
        check.span = times.back() - times.front();
        check.mostAtOnce = mostWithin(times, kJobDuration);
        if (check.span > limit)
            add(check.problems,
                u"the jobs started within %1 seconds, more than %2"_s.arg(
                    QLatin1StringView(goSeconds(check.span)), QLatin1StringView(goSeconds(limit))));
    }
    return check;
}

QByteArray ProofCheck::toText() const
{
    QByteArray text = "Jobs: " + QByteArray::number(count) + '\n';
    if (!first.isEmpty()) {
        text += "First Start: " + first + "\nLast Start: " + last + "\nTime Span: " + goSeconds(span) +
                " seconds\nAt Once: " + QByteArray::number(mostAtOnce) + " (started within " +
                goSeconds(kJobDuration) + " seconds)\n";
    }
    for (const QString &problem : problems)
        text += "Problem: " + problem.toUtf8() + '\n';
    return text + "\nPROOF BLOCK: " + (ok() ? "OK" : "NOT OK") + '\n';
}

QByteArray ProofCheck::toJson() const
{
    const QJsonObject object{
        {u"ok"_s, ok()},
        {u"jobs"_s, static_cast<qint64>(count)},
        {u"malformed"_s, static_cast<qint64>(badEntries)},
        {u"repeated"_s, static_cast<qint64>(repeated)},
        {u"first_start"_s, QString::fromLatin1(first)},
        {u"last_start"_s, QString::fromLatin1(last)},
        {u"span_seconds"_s, std::chrono::duration<double>(span).count()},
        {u"at_once"_s, static_cast<qint64>(mostAtOnce)},
        {u"problems"_s, QJsonArray::fromStringList(problems)},
    };
    return QJsonDocument(object).toJson(QJsonDocument::Indented);
}

}  // namespace holdline
