// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/profile.h"

namespace holdline::profile {

namespace {

void addNames(QStringList &names, const Assignments &assignments)
{
    for (const Assignment &assignment : assignments) {
        for (const Template &text : assignment.value.templates())
            names += text.secretNames();
    }
}

void addNames(QStringList &names, const RequestRule &rule)
{
    names += rule.url.secretNames();
    addNames(names, rule.set);
}

}  // namespace

QString RequestRule::text() const
{
    return QString::fromUtf8(method) + QLatin1Char(' ') + url.text();
}

QStringList Profile::secretNames() const
{
    QStringList names;
    addNames(names, start.request);
    addNames(names, start.callback);
    addNames(names, start.fromQuery);
    if (callback && callback->verify) {
        for (const QByteArray &secret : callback->verify->secrets)
            names += QString::fromUtf8(secret);
        names += callback->verify->signedText.secretNames();
    }
    if (status) {
        addNames(names, status->request);
        if (status->result)
            addNames(names, *status->result);
    }
    if (cancel)
        addNames(names, cancel->request);
    names.removeDuplicates();
    return names;
}

const StateWords &Profile::statusWords() const
{
    static const StateWords kNone;
    if (status && !status->words.isEmpty())
        return status->words;
    return callback ? callback->words : kNone;
}

}  // namespace holdline::profile
