// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/profile.h"

#include <algorithm>

namespace holdline::profile {

namespace {

QStringList secretNamesOf(const Assignments &assignments)
{
    QStringList names;
    for (const Assignment &assignment : assignments) {
        for (const Template &text : assignment.value.templates())
            names += text.secretNames();
    }
    return names;
}

}  // namespace

QString RequestRule::text() const
{
    return QString::fromUtf8(method) + QLatin1Char(' ') + url.text();
}

QStringList RequestRule::secretNames() const
{
    return url.secretNames() + secretNamesOf(set);
}

QStringList StartRule::secretNames() const
{
    return request.secretNames() + secretNamesOf(callback) + secretNamesOf(fromQuery);
}

QStringList StatusRule::secretNames() const
{
    return request.secretNames() + (result ? result->secretNames() : QStringList());
}

QStringList Profile::secretNames() const
{
    QStringList names = start.secretNames();
    if (callback && callback->verify)
        names += callback->verify->secretNames();
    if (status)
        names += status->secretNames();
    if (cancel)
        names += cancel->request.secretNames();
    names.removeDuplicates();
    return names;
}

bool Profile::usesUuid() const
{
    const auto inText = [](const Template &text) { return text.uses().testFlag(Template::Use::Uuid); };
    const auto inAssignments = [&inText](const Assignments &assignments) {
        return std::any_of(assignments.begin(), assignments.end(), [&inText](const Assignment &one) {
            const auto texts = one.value.templates();
            return std::any_of(texts.begin(), texts.end(), inText);
        });
    };
    const auto inRequest = [&](const RequestRule &rule) {
        return inText(rule.url) || inAssignments(rule.set);
    };
    return start.made || inRequest(start.request) || inAssignments(start.callback) ||
           inAssignments(start.fromQuery) ||
           (status && (inRequest(status->request) || (status->result && inRequest(*status->result)))) ||
           (cancel && inRequest(cancel->request));
}

const StateWords &Profile::statusWords() const
{
    static const StateWords kNone;
    if (status && !status->words.isEmpty())
        return status->words;
    return callback ? callback->words : kNone;
}

}  // namespace holdline::profile
