// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/statewords.h"

#include "core/profile/messageview.h"

namespace holdline::profile {

namespace {

/// Returns the length of the match, or -1 without one. An exact match counts as longer than a match of a
/// prefix.
qsizetype matchLength(QByteArrayView pattern, QByteArrayView word)
{
    if (pattern.endsWith('*')) {
        const QByteArrayView prefix = pattern.chopped(1);
        return word.size() >= prefix.size() && equalsIgnoreCase(word.first(prefix.size()), prefix)
                   ? prefix.size()
                   : -1;
    }
    return equalsIgnoreCase(pattern, word) ? word.size() + 1 : -1;
}

}  // namespace

StateMeaning meaningOf(const StateWords &words, QByteArrayView state)
{
    StateMeaning meaning;
    qsizetype longest = -1;
    const auto look = [&](const std::vector<QByteArray> &patterns, JobReport report) {
        for (const QByteArray &pattern : patterns) {
            if (const qsizetype length = matchLength(pattern, state); length > longest) {
                longest = length;
                meaning = {report, true};
            }
        }
    };
    look(words.progress, JobReport::Progress);
    look(words.failed, JobReport::Failed);
    look(words.completed, JobReport::Completed);
    return meaning;
}

}  // namespace holdline::profile
