// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace holdline {

/// Returns the candidate that differs least from `word`, counting inserted, missing, changed and swapped
/// letters. Empty when every candidate differs too much: by more than two letters and a third of `word`.
QString nearest(const QString &word, const QStringList &candidates);

/// Returns `. Did you mean X?`, where X is nearest(), or an empty text when there is no such candidate.
QString didYouMean(const QString &word, const QStringList &candidates);

/// Returns the end of an error message about an unknown name: `. Did you mean X? There are: X, Y.` Without a
/// similar candidate the text is `. There are: X, Y.` Pure.
QString thereAre(const QString &word, const QStringList &candidates);

/// Joins texts for a sentence: `a`, `a or b` or `a, b or c` when `last` is "or". Pure.
QString joined(const QStringList &texts, const QString &last);

/// Makes text from outside fit on one line. Unprintable characters become `?`. Everything beyond `limit`
/// characters becomes `…`.
QString oneLine(const QString &text, qsizetype limit);

/// Quotes text from outside for an error message: one line, at most 60 characters.
QString quoted(const QString &text);

/// Returns an error message such as `flag --listen: "here" is not right: an address is wanted`. `where` is
/// the origin of the value, `wanted` a whole clause. The message does not show a secret, nor a value with an
/// @, which may be a URL with a password.
QString notRight(const QString &where, const QString &value, const QString &wanted, bool isSecret = false);

}  // namespace holdline
