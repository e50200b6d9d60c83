// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace holdline {

/// The candidate that `word` was most likely meant to be (few letters inserted, left out, changed or
/// swapped), or an empty text when none is near.
QString nearest(const QString &word, const QStringList &candidates);

/// `; did you mean X?` with the nearest candidate, or an empty text.
QString didYouMean(const QString &word, const QStringList &candidates);

/// Text from outside on one line: what cannot be printed becomes `?`, and all beyond `limit` characters `…`.
QString oneLine(const QString &text, qsizetype limit);

/// Text from outside for an error message: in quotes, on one line, at most 60 characters.
QString quoted(const QString &text);

}  // namespace holdline
