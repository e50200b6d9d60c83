// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace holdline {

/// The candidate nearest to `word` (few letters inserted, left out, changed or swapped). Empty when none
/// is near.
QString nearest(const QString &word, const QStringList &candidates);

/// `; did you mean X?` with the nearest candidate, or an empty text.
QString didYouMean(const QString &word, const QStringList &candidates);

/// Makes text from outside fit on one line. Unprintable characters become `?`. Everything beyond `limit`
/// characters becomes `…`.
QString oneLine(const QString &text, qsizetype limit);

/// Quotes text from outside for an error message: one line, at most 60 characters.
QString quoted(const QString &text);

}  // namespace holdline
