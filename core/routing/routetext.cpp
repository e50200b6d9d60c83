// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/routing/routetext.h"

#include "core/config/values.h"
#include "core/routing/credentialspec.h"
#include "core/routing/registeredaddress.h"

#include <QStringList>

namespace holdline {

using namespace Qt::StringLiterals;
using profile::Profile;
using profile::StartRule;

namespace {

QString listOf(const std::vector<QByteArray> &words)
{
    QStringList texts;
    for (const QByteArray &word : words)
        texts.append(QString::fromUtf8(word));
    return texts.join(u", "_s);
}

QString plural(int count, const QString &one)
{
    return u"%1 %2%3"_s.arg(QString::number(count), one, count == 1 ? QString() : u"s"_s);
}

QString takenText(const RouteConfig &route)
{
    const bool takesGet = route.profile && !route.profile->start.fromQuery.empty();
    const QString methods = takesGet ? u"POST and GET"_s : u"POST"_s;
    const QString path = QString::fromUtf8(route.path);
    if (path.isEmpty())
        return methods + u" on every path"_s;
    return methods + (route.takesRest ? u" on %1 and below"_s : u" on %1"_s).arg(path);
}

QString laneText(const RouteConfig &route)
{
    QString text;
    switch (route.lane.kind) {
        case LaneSource::Kind::Route:
            text = route.profile ? u"one queue of starts"_s : u"a queue of starts for each account"_s;
            break;
        case LaneSource::Kind::Client:
            text = u"a queue of starts for each client's address"_s;
            break;
        case LaneSource::Kind::Value:
            text = u"a queue of starts for each value at "_s + formatLocator(route.lane.value);
            break;
    }
    const LaneLimits &limits = route.limits;
    if (limits.starts > 0)
        text += u", with %1 at once"_s.arg(plural(limits.starts, u"start"_s));
    if (limits.running > 0)
        text += u", at most %1"_s.arg(plural(limits.running, u"running job"_s));
    if (limits.rate.isSet())
        text += u", at most %1 in %2"_s.arg(plural(limits.rate.starts, u"start"_s),
                                            formatDuration(limits.rate.window));
    return text;
}

QString authText(const RouteConfig &route)
{
    if (route.oauth2) {
        const CredentialSpec spec = *tokenOf(route, nullptr);
        return u"access tokens from %1, by the secret %2"_s.arg(shownUrl(spec),
                                                                QString::fromUtf8(route.oauth2->secret));
    }
    if (!route.authorization.isEmpty())
        return u"ours, by the secrets: "_s + route.authorization.secretNames().join(u", "_s);
    if (!route.profile)
        return u"none travels"_s;
    return u"the client's. Fields that travel: "_s + listOf(route.profile->start.headers);
}

QString addressText(const RouteConfig &route)
{
    const Profile &profile = *route.profile;
    switch (profile.start.callbackMode) {
        case StartRule::CallbackMode::None:
            return u"the API gets no address of ours"_s;
        case StartRule::CallbackMode::Registered:
            return u"the API knows our address beforehand, with /%1 behind it, and the job's id finds the job"_s
                .arg(QString::fromUtf8(route.name));
        case StartRule::CallbackMode::InRequest:
            break;
    }
    QStringList places;
    for (const profile::Assignment &assignment : profile.start.callback)
        places.append(formatLocator(assignment.target));
    return u"our address goes to "_s + places.join(u", "_s);
}

QString idText(const Profile &profile)
{
    if (profile.start.made)
        return u"the job's id is ours, at "_s + formatLocator(*profile.start.made);
    if (profile.start.job.empty())
        return u"the job has no id"_s;
    return u"the answer has the job's id at "_s + formatLocators(profile.start.job);
}

QString proofText(const RouteConfig &route)
{
    const auto &verify = route.profile->callback->verify;
    if (!verify && !isRegistered(route))
        return u"nothing but the token in their address proves them"_s;
    if (!verify || route.insecureCallbacks)
        return u"NOT VERIFIED, because of --insecure-callbacks"_s;
    QString text = u"proved by "_s + schemeText(verify->scheme);
    if (verify->at)
        text += u" at "_s + formatLocator(*verify->at);
    if (const auto keys = keySetOf(route)) {
        text += u", with the keys from "_s + shownUrl(*keys);
    } else if (!verify->secrets.empty()) {
        std::vector<QByteArray> names;
        for (const QByteArray &name : verify->secrets)
            names.push_back(secretNameOf(route, name));
        text += u", with the secrets: "_s + listOf(names);
    }
    return text;
}

QString wordsText(const profile::Locators &state, const profile::StateWords &words)
{
    QString text = state.empty() ? QString() : u"the state is at "_s + formatLocators(state) + u"; "_s;
    text += u"completed: "_s + (words.completed.empty() ? u"no word"_s : listOf(words.completed));
    text += u"; failed: "_s + (words.failed.empty() ? u"no word"_s : listOf(words.failed));
    return text + u"; each other word is progress"_s;
}

QString cancelText(const profile::CancelRule &rule)
{
    QStringList reasons;
    if (rule.when.testFlag(profile::CancelOccasion::Delete))
        reasons += u"when somebody cancels the job"_s;
    if (rule.when.testFlag(profile::CancelOccasion::ClientGone))
        reasons += u"when the last client leaves"_s;
    if (rule.when.testFlag(profile::CancelOccasion::Deadline))
        reasons += u"at the deadline"_s;
    return u"%1, %2"_s.arg(rule.request.text(), reasons.join(u", "_s));
}

void addLine(QString &text, const QString &name, const QString &content)
{
    text += u"  %1 %2.\n"_s.arg((name + u':').leftJustified(14), content);
}

}  // namespace

QString routeText(const RouteConfig &route)
{
    const QString upstream = route.upstream.toString(QUrl::RemoveUserInfo | QUrl::RemoveQuery);
    QString text =
        u"Route %1: %2 goes to %3.\n"_s.arg(QString::fromUtf8(route.name), takenText(route), upstream);
    const Profile *profile = route.profile.get();
    addLine(text, u"profile"_s,
            profile ? profile->name + (profile->about.isEmpty() ? QString() : u" - "_s + profile->about)
                    : u"jobserver - the job server's own API"_s);
    addLine(text, u"queue"_s, laneText(route));
    addLine(text, u"deadline"_s,
            route.deadline ? formatDuration(*route.deadline) : u"that of hold.deadline"_s);
    addLine(text, u"Authorization"_s, authText(route));
    if (!profile)
        return text;
    addLine(text, u"start"_s, addressText(route) + u"; "_s + idText(*profile));
    if (profile->callback) {
        addLine(text, u"callbacks"_s, listOf(profile->callback->methods) + u"; "_s + proofText(route));
        addLine(text, u"they mean"_s, wordsText(profile->callback->state, profile->callback->words));
    }
    if (const auto &status = profile->status) {
        addLine(text, u"asking"_s,
                u"%1, %2 after the start, then at pauses from %3 to %4"_s.arg(
                    status->request.text(), formatDuration(status->first), formatDuration(status->every),
                    formatDuration(status->longest)));
        addLine(text, u"it answers"_s, wordsText(status->state, profile->statusWords()));
    } else {
        addLine(text, u"asking"_s, u"never"_s);
    }
    if (profile->answer.keepalive.count() > 0)
        addLine(text, u"keep-alive"_s,
                u"a space after each %1 without an answer, and then every error in the body of a 200"_s.arg(
                    formatDuration(profile->answer.keepalive)));
    addLine(text, u"cancelling"_s, profile->cancel ? cancelText(*profile->cancel) : u"never"_s);
    return text;
}

QString routesText(const RouteSet *routes)
{
    QString text;
    if (!routes)
        return text;
    for (const RouteConfig &route : routes->routes)
        text += u'\n' + routeText(route);
    return text;
}

}  // namespace holdline
