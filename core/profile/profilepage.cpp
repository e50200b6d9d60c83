// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/profilepage.h"

#include "core/config/suggest.h"
#include "core/config/values.h"

#include <QRegularExpression>
#include <QStringList>

#include <algorithm>

namespace holdline::profile {

using namespace Qt::StringLiterals;

namespace {

/// Returns a text as a code span. A text with a backtick gets two backticks on each side (CommonMark, 6.1).
QString code(const QString &text)
{
    return text.contains(u'`') ? u"`` %1 ``"_s.arg(text) : u'`' + text + u'`';
}

QString code(const QByteArray &text)
{
    return code(QString::fromUtf8(text));
}

QString places(const Locators &locators)
{
    QStringList texts;
    for (const Locator &locator : locators)
        texts += code(formatLocator(locator));
    return joined(texts, u"or"_s);
}

QString names(const std::vector<QByteArray> &texts, const QString &last)
{
    QStringList found;
    for (const QByteArray &text : texts)
        found += code(text);
    return joined(found, last);
}

QString numbers(const std::vector<int> &values)
{
    QStringList texts;
    for (const int value : values)
        texts += QString::number(value);
    return joined(texts, u"or"_s);
}

/// Describes state words: "`succeeded`", "each word that begins with `2`", "each other word".
QString words(const std::vector<QByteArray> &patterns)
{
    QStringList texts;
    for (const QByteArray &pattern : patterns) {
        if (pattern == "*")
            texts += u"each other word"_s;
        else if (pattern.endsWith('*'))
            texts += u"each word that begins with "_s + code(pattern.chopped(1));
        else
            texts += code(pattern);
    }
    return joined(texts, u"or"_s);
}

/// Collects the lines of a page. Each line is one or several sentences.
class Page
{
public:
    void heading(const QString &text) { m_text += u"\n## "_s + text + u"\n\n"_s; }
    void line(const QString &text) { m_text += text + u'\n'; }
    void point(const QString &text) { m_text += u"* "_s + text + u'\n'; }
    QString text() const { return m_text; }

private:
    QString m_text;
};

/// Returns the lines of the comment at the start of a profile's file, without the `#`.
QStringList openingComment(QByteArrayView file)
{
    QStringList lines;
    for (const QString &line : QString::fromUtf8(file).split(u'\n')) {
        if (!line.startsWith(u'#'))
            break;
        lines += line.sliced(1).trimmed();
    }
    return lines;
}

QString upstreamOf(const QString &comment)
{
    static const QRegularExpression address(u"^Upstream: .*?(https?://[^\\s,;]+[^\\s,;.:])"_s);
    const auto match = address.match(comment);
    return match.hasMatch() ? match.captured(1) : u"https://api.example"_s;
}

/// Returns what the profile uses a secret for, in words.
QString dutiesOf(const Profile &profile, const QString &name)
{
    QStringList duties;
    if (profile.start.secretNames().contains(name))
        duties += u"goes into the start"_s;
    if (profile.callback && profile.callback->verify &&
        profile.callback->verify->secretNames().contains(name))
        duties += u"proves callbacks"_s;
    if (profile.status && profile.status->secretNames().contains(name))
        duties += u"goes into questions about the job"_s;
    if (profile.cancel && profile.cancel->request.secretNames().contains(name))
        duties += u"goes into a cancel"_s;
    return joined(duties, u"and"_s);
}

void addNeeds(Page &page, const Profile &profile, QByteArrayView file)
{
    const QString comment = openingComment(file).join(u'\n');
    page.heading(u"What you need"_s);
    if (!comment.isEmpty())
        page.line(comment + u'\n');
    const QStringList secrets = profile.secretNames();
    for (const QString &name : secrets)
        page.point(u"The secret %1, a file with a text: it %2."_s.arg(code(name), dutiesOf(profile, name)));
    if (profile.callback && profile.callback->verify && !profile.callback->verify->jwks.isEmpty())
        page.point(u"A way out to %1, where Holdline fetches the keys of callbacks."_s.arg(
            code(profile.callback->verify->jwks)));
    QString callbackUrl;
    switch (profile.start.callbackMode) {
        case StartRule::CallbackMode::None:
            page.point(u"No address for callbacks: the API does not call back."_s);
            break;
        case StartRule::CallbackMode::Registered:
            page.point(
                u"An address for callbacks that the API reaches, registered there beforehand: with the "
                u"command below it is %1."_s.arg(code(u"https://hold.example/callback/"_s + profile.name)));
            break;
        case StartRule::CallbackMode::InRequest:
            page.point(
                u"An address for callbacks that the API reaches. Nothing is registered: each start "
                u"carries an address of its own."_s);
            break;
    }
    if (profile.start.callbackMode != StartRule::CallbackMode::None)
        callbackUrl = u" \\\n         --callback-url https://hold.example/callback"_s;
    QString command =
        u"\n```sh\nholdline --profile %1 --upstream %2"_s.arg(profile.name, upstreamOf(comment));
    for (const QString &name : secrets)
        command += u" --secret %1=%1.txt"_s.arg(name);
    page.line(command + callbackUrl + u"\n```"_s);
}

void addAssignments(Page &page, const Assignments &assignments, const QString &sentence)
{
    for (const Assignment &assignment : assignments)
        page.point(sentence.arg(code(assignment.value.text()), code(formatLocator(assignment.target))));
}

void addAccepted(Page &page, const AcceptedRule &rule)
{
    QStringList conditions{rule.status.empty() ? u"has a status from 200 to 299"_s
                                               : u"has the status "_s + numbers(rule.status)};
    for (const auto &[place, value] : rule.equals)
        conditions += u"has %1 at %2"_s.arg(code(value), code(formatLocator(place)));
    page.point(u"The job runs when the answer %1. Any other answer goes to the client as it is."_s.arg(
        joined(conditions, u"and"_s)));
}

void addStart(Page &page, const Profile &profile)
{
    const StartRule &start = profile.start;
    page.heading(u"How a job starts"_s);
    page.point(u"For a client's request Holdline sends %1 with the client's body."_s.arg(
        code(start.request.text())));
    addAssignments(page, start.callback, u"Our address goes out as %1 at %2."_s);
    addAssignments(page, start.request.set, u"Holdline writes %1 at %2."_s);
    if (start.made)
        page.point(
            u"The job's id is a UUID of ours, and goes to %1."_s.arg(code(formatLocator(*start.made))));
    for (const Locator &locator : start.remove)
        page.point(u"What the client has at %1 does not travel."_s.arg(code(formatLocator(locator))));
    page.point(u"Of the client's header fields these travel: %1, and the body's %2."_s.arg(
        start.headers.empty() ? u"none"_s : names(start.headers, u"and"_s), code("Content-Type"_ba)));
    if (!start.fromQuery.empty()) {
        page.point(u"A client may send a GET, which becomes such a start:"_s);
        addAssignments(page, start.fromQuery, u"The GET's %1 becomes %2."_s);
    }
    addAccepted(page, start.accepted);
    if (!start.job.empty())
        page.point(u"The answer has the job's id at %1."_s.arg(places(start.job)));
    if (!start.location.empty())
        page.point(u"The answer has the job's address at %1."_s.arg(places(start.location)));
    if (!start.finished.empty())
        page.point(
            u"When %1 of the answer is already a final state, the answer is the result, and no "
            u"callback is awaited."_s.arg(places(start.finished)));
}

QString signedText(const VerifyRule &rule)
{
    QString text = u"A callback proves itself by %1 in %2 at %3, over %4."_s.arg(
        schemeText(rule.scheme), QString(name(rule.encoding)),
        rule.at ? code(formatLocator(*rule.at)) : QString(), code(rule.signedText.text()));
    QStringList parts;
    if (rule.id)
        parts += u"the id is %1"_s.arg(code(formatLocator(*rule.id)));
    if (rule.timestamp)
        parts += u"the time is %1"_s.arg(code(formatLocator(*rule.timestamp)));
    if (!parts.isEmpty())
        text += u" There, %1."_s.arg(joined(parts, u"and"_s));
    if (rule.tolerance.count() > 0 && (rule.timestamp || !rule.timestampPrefix.isEmpty()))
        text += u" The time may be %1 from now."_s.arg(formatDuration(rule.tolerance));
    return text;
}

void addProof(Page &page, const CallbackRule &callback)
{
    const std::optional<VerifyRule> &rule = callback.verify;
    if (!rule) {
        page.point(u"Nothing proves a callback but the 128 random bits in its address."_s);
        return;
    }
    if (rule->isSigned())
        page.point(signedText(*rule));
    else if (rule->at)
        page.point(u"A callback proves itself by %1, at %2."_s.arg(schemeText(rule->scheme),
                                                                   code(formatLocator(*rule->at))));
    else if (rule->scheme != VerifyRule::Scheme::None)
        page.point(u"A callback proves itself by %1."_s.arg(schemeText(rule->scheme)));
    QStringList keys;
    for (const QByteArray &secret : rule->secrets)
        keys += u"the secret "_s + code(secret);
    if (!rule->jwks.isEmpty())
        keys += u"the API's published keys"_s;
    if (!keys.isEmpty())
        page.point(u"It is checked with %1. A forged one changes nothing%2."_s.arg(
            joined(keys, u"and"_s), callback.never4xx ? QString() : u", and is answered 401"_s));
    if (!rule->addresses.empty())
        page.point(u"It must come from %1."_s.arg(code(formatAddressRanges(rule->addresses))));
}

void addWords(Page &page, const Locators &state, const StateWords &meanings)
{
    if (!state.empty())
        page.point(u"The state is at %1."_s.arg(places(state)));
    if (!meanings.completed.empty())
        page.point(u"**Completed**: %1."_s.arg(state.empty() ? u"each one"_s : words(meanings.completed)));
    if (!meanings.failed.empty())
        page.point(u"**Failed**: %1."_s.arg(words(meanings.failed)));
    if (!meanings.progress.empty())
        page.point(u"**Progress**: %1."_s.arg(words(meanings.progress)));
    const auto isCatchAll = [](const QByteArray &pattern) { return pattern == "*"; };
    if (!std::any_of(meanings.completed.begin(), meanings.completed.end(), isCatchAll) &&
        !std::any_of(meanings.failed.begin(), meanings.failed.end(), isCatchAll))
        page.point(u"Any other word is progress too, and the log mentions it once."_s);
}

void addCallback(Page &page, const Profile &profile)
{
    page.heading(u"How it calls back"_s);
    if (!profile.callback) {
        page.point(u"It does not. Holdline asks until the job has ended."_s);
        return;
    }
    const CallbackRule &callback = *profile.callback;
    page.point(u"Callbacks come by %1."_s.arg(names(callback.methods, u"or"_s)));
    addProof(page, callback);
    if (!callback.job.empty())
        page.point(profile.start.callbackMode == StartRule::CallbackMode::Registered
                       ? u"The id at %1 finds the job."_s.arg(places(callback.job))
                       : u"The token in the address finds the job, and the id at %1 must be the job's."_s.arg(
                             places(callback.job)));
    else
        page.point(u"The token in the address finds the job."_s);
    addWords(page, callback.state, callback.words);
    if (!callback.error.empty())
        page.point(
            u"A failure's text, for the log and the jobs API, is at %1."_s.arg(places(callback.error)));
    page.point(callback.answer.body.isEmpty()
                   ? u"A callback that was taken is answered %1."_s.arg(callback.answer.status)
                   : u"A callback that was taken is answered %1 with exactly %2."_s.arg(
                         QString::number(callback.answer.status), code(callback.answer.body)));
    if (callback.never4xx)
        page.point(u"No callback is answered 4xx, because the sender gives up then."_s);
}

void addAsking(Page &page, const Profile &profile)
{
    page.heading(u"How it is asked"_s);
    if (!profile.status) {
        page.point(u"It cannot be asked. A callback that is lost leaves the job to its deadline."_s);
        return;
    }
    const StatusRule &status = *profile.status;
    page.point(u"Holdline asks with %1."_s.arg(code(status.request.text())));
    addAssignments(page, status.request.set, u"It writes %1 at %2."_s);
    page.point(
        u"First %1 after the start, then after %2, and after longer and longer pauses up to %3. A "
        u"`Retry-After` of the API counts instead."_s.arg(
            formatDuration(status.first), formatDuration(status.every), formatDuration(status.longest)));
    if (status.afterCallback && profile.callback)
        page.point(
            u"A callback that says completed or failed only makes Holdline ask at once. The answer "
            u"decides."_s);
    if (status.words.isEmpty() && profile.callback && status.words.progress.empty())
        page.point(
            u"The state is at %1. Its words mean what they mean in a callback."_s.arg(places(status.state)));
    else
        addWords(page, status.state, profile.statusWords());
    if (!status.error.empty())
        page.point(u"A failure's text is at %1."_s.arg(places(status.error)));
    if (status.result)
        page.point(u"When the job has completed, %1 fetches the result."_s.arg(code(status.result->text())));
}

void addCancelling(Page &page, const Profile &profile)
{
    page.heading(u"How it is cancelled"_s);
    if (!profile.cancel) {
        page.point(u"The API is told nothing. A cancelled job ends at Holdline only."_s);
        return;
    }
    const CancelRule &cancel = *profile.cancel;
    QStringList reasons;
    if (cancel.when.testFlag(CancelOccasion::Delete))
        reasons += u"when somebody cancels the job through the jobs API or the monitor"_s;
    if (cancel.when.testFlag(CancelOccasion::ClientGone))
        reasons += u"when the last client leaves"_s;
    if (cancel.when.testFlag(CancelOccasion::Deadline))
        reasons += u"at the deadline"_s;
    page.point(u"Holdline sends %1 %2. It tries that once."_s.arg(code(cancel.request.text()),
                                                                  joined(reasons, u"and"_s)));
    addAssignments(page, cancel.request.set, u"It writes %1 at %2."_s);
}

QString partText(const Locators &part, const QString &whole)
{
    if (part.empty())
        return whole;
    return u"what stands at %1 of %2, or the whole when nothing is there"_s.arg(places(part), whole);
}

void addAnswer(Page &page, const Profile &profile)
{
    const AnswerRule &answer = profile.answer;
    const QString asked = profile.status && profile.status->result ? u"the result that Holdline fetched"_s
                                                                   : u"what the API said when asked"_s;
    const bool isStatus = answer.body == AnswerRule::Document::Status;
    const QString whole = isStatus ? asked : u"the callback's body"_s;
    page.heading(u"What the client gets"_s);
    page.point(u"For a completed job: %1 with %2."_s.arg(QString::number(answer.completedStatus),
                                                         partText(answer.part, whole)));
    if (answer.base64)
        page.point(u"That part is base64, and the client gets its bytes."_s);
    if (!answer.contentType.isEmpty())
        page.point(u"The Content-Type of such an answer is %1."_s.arg(code(answer.contentType)));
    page.point(u"For a failed job: %1 with %2."_s.arg(
        QString::number(answer.failedStatus),
        partText(answer.failedPart, isStatus ? u"what the API said when asked"_s : whole)));
    if (!isStatus && profile.status)
        page.point(
            u"A job that ended while Holdline asked has no callback. Its client gets %1 in place of "
            u"it."_s.arg(asked));
    if (answer.keepalive.count() > 0)
        page.point(
            u"After each %1 without an answer the client gets a space, so that balancers do not cut. "
            u"Then an error can only be told in the body."_s.arg(formatDuration(answer.keepalive)));
    page.point(u"Without an end by the deadline: 504 `callback_timeout`."_s);
}

}  // namespace

QString profilePage(const Profile &profile, QByteArrayView file)
{
    Page page;
    page.line(u"# %1\n"_s.arg(code(profile.name)));
    if (!profile.about.isEmpty())
        page.line(profile.about + u".\n"_s);
    page.line(
        u"Made from the profile by `holdline profiles %1 --page`. What the words mean is in "
        u"[profiles](../profiles.md)."_s.arg(profile.name));
    addNeeds(page, profile, file);
    addStart(page, profile);
    addCallback(page, profile);
    addAsking(page, profile);
    addCancelling(page, profile);
    addAnswer(page, profile);
    page.heading(u"The file"_s);
    page.line(u"```toml\n%1```"_s.arg(QString::fromUtf8(file)));
    return page.text();
}

}  // namespace holdline::profile
