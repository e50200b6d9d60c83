// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace holdline {

/// The candidate nearest to `word` (few letters inserted, left out, changed or swapped). Empty when none
/// is near.
QString nearest(const QString &word, const QStringList &candidates);

/// `. Did you mean X?` with the nearest candidate, or an empty text.
QString didYouMean(const QString &word, const QStringList &candidates);

/// Ends a message about an unknown name: ". Did you mean X? There are: X, Y." Pure.
QString thereAre(const QString &word, const QStringList &candidates);

/// "a", "a or b", "a, b or c", when `last` is "or".
QString joined(const QStringList &texts, const QString &last);

/// Makes text from outside fit on one line. Unprintable characters become `?`. Everything beyond `limit`
/// characters becomes `…`.
QString oneLine(const QString &text, qsizetype limit);

/// Quotes text from outside for an error message: one line, at most 60 characters.
QString quoted(const QString &text);

/// `flag --listen: "here" is not right: an address is wanted`. `wanted` is a whole clause. `where` names the
/// place of the value. A secret is not shown, and no value with an @: a URL may hold a password.
QString notRight(const QString &where, const QString &value, const QString &wanted, bool isSecret = false);

}  // namespace holdline
