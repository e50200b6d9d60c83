// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/suggest.h"

#include <algorithm>
#include <vector>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kLongestWord = 64;  // bounds the work; the names of all options are shorter
constexpr qsizetype kLongestQuote = 60;

/// Returns the optimal string alignment distance: the smallest number of inserted, missing, changed and
/// swapped letters.
qsizetype distance(const QString &a, const QString &b)
{
    using Row = std::vector<qsizetype>;
    const auto width = static_cast<std::size_t>(b.size()) + 1;
    Row beforeLast(width);
    Row last(width);
    Row row(width);
    for (std::size_t j = 0; j < width; ++j)
        last[j] = static_cast<qsizetype>(j);
    for (qsizetype i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j < width; ++j) {
            const auto bj = static_cast<qsizetype>(j);
            const bool same = a[i - 1] == b[bj - 1];
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[bj - 2] && a[i - 2] == b[bj - 1])
                row[j] = std::min(row[j], beforeLast[j - 2] + 1);
        }
        std::swap(beforeLast, last);
        std::swap(last, row);
    }
    return last.back();
}

}  // namespace

QString nearest(const QString &word, const QStringList &candidates)
{
    if (word.size() > kLongestWord)
        return {};
    QString best;
    qsizetype bestDistance = std::max<qsizetype>(2, word.size() / 3) + 1;
    for (const QString &candidate : candidates) {
        const qsizetype d = distance(word, candidate);
        if (d < bestDistance) {
            best = candidate;
            bestDistance = d;
        }
    }
    return best;
}

QString didYouMean(const QString &word, const QStringList &candidates)
{
    const QString best = nearest(word, candidates);
    return best.isEmpty() ? QString() : u". Did you mean %1?"_s.arg(best);
}

QString thereAre(const QString &word, const QStringList &candidates)
{
    const QString best = didYouMean(word, candidates);
    return (best.isEmpty() ? u"."_s : best) + u" There are: %1."_s.arg(candidates.join(u", "_s));
}

QString joined(const QStringList &texts, const QString &last)
{
    if (texts.size() < 2)
        return texts.value(0);
    return texts.first(texts.size() - 1).join(u", "_s) + u' ' + last + u' ' + texts.last();
}

QString oneLine(const QString &text, qsizetype limit)
{
    QString out;
    for (const QChar c : text.first(std::min(text.size(), limit)))
        out += c.isPrint() ? c : QChar(u'?');
    return text.size() > limit ? out + u'…' : out;
}

QString quoted(const QString &text)
{
    return u'"' + oneLine(text, kLongestQuote) + u'"';
}

QString notRight(const QString &where, const QString &value, const QString &wanted, bool isSecret)
{
    const QString shown = isSecret || value.contains(u'@') ? u"the value"_s : quoted(value);
    return u"%1: %2 is not right: %3"_s.arg(where, shown, wanted);
}

}  // namespace holdline
