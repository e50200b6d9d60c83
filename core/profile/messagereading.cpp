// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/messagereading.h"

#include "core/base/urlpath.h"
#include "core/config/suggest.h"
#include "core/json/bodytext.h"
#include "core/profile/formfields.h"
#include "core/profile/outgoingrequest.h"

#include <algorithm>

namespace holdline::profile {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMaxLocation = 2048;

bool isVisibleAscii(QByteArrayView text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// Returns a text from outside on one line, without characters that a terminal would obey.
QString shown(const QByteArray &text, qsizetype limit)
{
    return oneLine(QString::fromUtf8(wholeCharacters(text, limit * 4)), limit);
}

/// Returns the id in a value. When a value outside of JSON, e.g. a Location field, is a URL or path, the id
/// is the last segment.
QByteArray idIn(const Located &located)
{
    const bool isAddress =
        located.json.isNull() && (located.text.startsWith('/') || located.text.contains("://"));
    if (!isAddress)
        return located.text;
    QByteArrayView path = located.text;
    for (const char end : {'#', '?'}) {
        if (const qsizetype at = path.indexOf(end); at >= 0)
            path = path.first(at);
    }
    while (path.endsWith('/'))
        path = path.chopped(1);
    return percentDecode(lastSegment(path), false);
}

/// Returns the id, which is empty when the message has none, or an error text for people.
std::variant<QByteArray, QString> readId(MessageReader &reader, const Locators &locators)
{
    const Located located = reader.find(locators);
    if (located.isMalformed())
        return located.error;
    if (!located.isFound())
        return QByteArray();
    if (located.isContainer())
        return u"the id at %1 is a list or an object"_s.arg(formatLocators(locators));
    const QByteArray id = idIn(located);
    if (id.isEmpty() || id.size() > kMaxJobId || !isVisibleAscii(id))
        return u"the id at %1 is not 1 to %2 visible ASCII characters"_s.arg(formatLocators(locators))
            .arg(kMaxJobId);
    return id;
}

QString readError(MessageReader &reader, const Locators &locators)
{
    const Located located = reader.find(locators);
    return located.isFound() ? shown(located.text, kMaxErrorText) : QString();
}

/// Writes the state into `reading`. Returns an error text for people, empty on success.
QString readState(MessageReader &reader, const Locators &locators, const StateWords &words,
                  const Locators &errors, StateReading &reading)
{
    const Located located = reader.find(locators);
    if (located.isMalformed())
        return located.error;
    if (!located.isFound())
        return u"there is no state at %1"_s.arg(formatLocators(locators));
    if (located.isContainer())
        return u"the state at %1 is a list or an object"_s.arg(formatLocators(locators));
    const StateMeaning meaning = meaningOf(words, located.text);
    reading.report = meaning.report;
    reading.isKnown = meaning.isKnown;
    // Nearly every state is a short ASCII word, which is stored unchanged. Other states are made printable
    // and cut to kMaxState bytes.
    const bool isWord = located.text.size() <= kMaxState && isVisibleAscii(located.text);
    reading.state = isWord
                        ? located.text
                        : wholeCharacters(shown(located.text, kMaxState).toUtf8(), kMaxState).toByteArray();
    if (reading.report == JobReport::Failed)
        reading.error = readError(reader, errors);
    return {};
}

/// Returns the job's absolute URL in an answer, or an empty text.
QByteArray locationIn(MessageReader &reader, const Locators &locators, const TemplateValues &values)
{
    const Located located = reader.find(locators);
    if (!located.isFound() || located.text.size() > kMaxLocation || !isVisibleAscii(located.text))
        return {};
    return addressAtUpstream(values.upstream, located.text);
}

bool isAccepted(const AcceptedRule &rule, MessageReader &reader)
{
    const int status = reader.message().status;
    const bool hasStatus =
        rule.status.empty() ? status / 100 == 2
                            : std::find(rule.status.begin(), rule.status.end(), status) != rule.status.end();
    return hasStatus && std::all_of(rule.equals.begin(), rule.equals.end(), [&reader](const auto &condition) {
               const Located located = reader.find(condition.first);
               return located.isFound() && located.text == condition.second;
           });
}

bool readsHttpStatus(const Locators &locators)
{
    return std::any_of(locators.begin(), locators.end(),
                       [](const Locator &locator) { return locator.kind == Locator::Kind::Status; });
}

}  // namespace

StartReading readStart(const Profile &profile, const MessageView &answer, const TemplateValues &values)
{
    using Verdict = StartReading::Verdict;
    const StartRule &rule = profile.start;
    MessageReader reader(answer);
    StartReading reading;
    if (!isAccepted(rule.accepted, reader))
        return reading;
    reading.verdict = Verdict::Accepted;
    if (!rule.finished.empty()) {
        StateReading state;
        const Locators noErrors;
        const Locators &errors = profile.status && !profile.status->error.empty() ? profile.status->error
                                 : profile.callback                               ? profile.callback->error
                                                                                  : noErrors;
        // An answer without a readable state counts like an answer whose state is not final.
        if (readState(reader, rule.finished, profile.statusWords(), errors, state).isEmpty()) {
            reading.state = state.state;
            reading.error = state.error;
            if (state.report != JobReport::Progress)
                reading.verdict = state.report == JobReport::Completed ? Verdict::Completed : Verdict::Failed;
        }
    }
    reading.location = locationIn(reader, rule.location, values);
    const auto id =
        rule.made ? std::variant<QByteArray, QString>(values.uuid.toByteArray()) : readId(reader, rule.job);
    if (const auto *found = std::get_if<QByteArray>(&id))
        reading.job = *found;
    if (reading.verdict != Verdict::Accepted)
        return reading;
    const bool wantsJob = !rule.job.empty() && reading.job.isEmpty();
    const bool wantsLocation = reading.location.isEmpty() && profile.status &&
                               profile.status->request.url.uses().testFlag(Template::Use::Location);
    if (wantsJob) {
        const auto *error = std::get_if<QString>(&id);
        reading.error = error ? *error : u"there is no id at %1"_s.arg(formatLocators(rule.job));
    } else if (wantsLocation) {
        reading.error = u"there is no address of the upstream at %1"_s.arg(formatLocators(rule.location));
    }
    // Without its id, a job is found only by the token in the callback's address, which the mode InRequest
    // has.
    const bool isLost =
        rule.callbackMode == StartRule::CallbackMode::Registered ? wantsJob : wantsJob || wantsLocation;
    if (isLost && rule.callbackMode != StartRule::CallbackMode::InRequest)
        reading.verdict = Verdict::Unreadable;
    return reading;
}

std::variant<StateReading, QString> readCallback(const Profile &profile, const MessageView &callback)
{
    if (!profile.callback)
        return u"this API does not call back"_s;
    const CallbackRule &rule = *profile.callback;
    const bool onlyAsks = profile.status && profile.status->afterCallback;
    MessageReader reader(callback);
    StateReading reading;
    if (rule.state.empty()) {
        reading.report = onlyAsks ? JobReport::Progress : meaningOf(rule.words, {}).report;
        reading.mustAsk = onlyAsks;
        reading.isKnown = true;
    } else if (QString error = readState(reader, rule.state, rule.words, rule.error, reading);
               !error.isEmpty()) {
        return error;
    }
    if (onlyAsks && reading.report != JobReport::Progress) {
        reading.report = JobReport::Progress;
        reading.mustAsk = true;
    }
    if (rule.job.empty())
        return reading;
    const auto id = readId(reader, rule.job);
    const bool isNews = reading.mustAsk || reading.report != JobReport::Progress;
    if (const auto *found = std::get_if<QByteArray>(&id))
        reading.job = *found;
    else if (isNews)
        return std::get<QString>(id);
    if (isNews && reading.job.isEmpty())
        return u"there is no id at %1"_s.arg(formatLocators(rule.job));
    return reading;
}

bool takesMethod(const Profile &profile, QByteArrayView method)
{
    return profile.callback && std::any_of(profile.callback->methods.begin(), profile.callback->methods.end(),
                                           [method](const QByteArray &known) { return known == method; });
}

std::variant<StateReading, QString> readStatus(const Profile &profile, const MessageView &answer)
{
    if (!profile.status)
        return u"this API cannot be asked"_s;
    const StatusRule &rule = *profile.status;
    if (answer.status / 100 != 2 && !readsHttpStatus(rule.state))
        return u"the answer's status is %1"_s.arg(answer.status);
    MessageReader reader(answer);
    StateReading reading;
    if (QString error = readState(reader, rule.state, profile.statusWords(), rule.error, reading);
        !error.isEmpty())
        return error;
    return reading;
}

std::chrono::milliseconds pauseBeforeAsking(const StatusRule &rule, int asked)
{
    if (asked <= 0)
        return rule.first;
    auto pause = rule.every;
    for (int i = 1; i < asked && pause < rule.longest; ++i)
        pause += pause / 2;
    return std::min(pause, rule.longest);
}

}  // namespace holdline::profile
