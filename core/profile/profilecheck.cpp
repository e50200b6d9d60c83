// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/profilecheck.h"

#include "core/json/bodytext.h"

#include <algorithm>

namespace holdline::profile {

using namespace Qt::StringLiterals;

namespace {

using Mode = StartRule::CallbackMode;

bool hasTarget(const Assignments &assignments, Locator::Kind kind)
{
    return std::any_of(assignments.begin(), assignments.end(),
                       [kind](const Assignment &one) { return one.target.kind == kind; });
}

Template::Uses usesOf(const Assignments &assignments)
{
    Template::Uses uses;
    for (const Assignment &assignment : assignments) {
        for (const Template &text : assignment.value.templates())
            uses |= text.uses();
    }
    return uses;
}

Locators locatorsOf(const Assignments &assignments)
{
    Locators all;
    for (const Assignment &assignment : assignments) {
        for (const Template &text : assignment.value.templates()) {
            const Locators found = text.locators();
            all.insert(all.end(), found.begin(), found.end());
        }
    }
    return all;
}

/// Returns whether any of the locators has one of these kinds.
bool hasKind(const Locators &locators, std::initializer_list<Locator::Kind> kinds)
{
    return std::any_of(locators.begin(), locators.end(), [kinds](const Locator &locator) {
        return std::find(kinds.begin(), kinds.end(), locator.kind) != kinds.end();
    });
}

class Checker
{
public:
    Checker(const Profile &profile, const ReportProblem &report) : m_profile(profile), m_report(report) {}

    void check()
    {
        checkStart();
        checkCallback();
        if (m_profile.callback && m_profile.callback->verify)
            checkVerify(*m_profile.callback->verify);
        checkStatus();
        checkCancel();
        checkAnswer();
    }

private:
    void report(QLatin1StringView key, const QString &what) { m_report(key, what); }

    void checkStart()
    {
        const StartRule &start = m_profile.start;
        if (start.made && !start.job.empty())
            report("start.made"_L1, u"either made or job says which id the job has, not both"_s);
        if (start.made && start.made->kind != Locator::Kind::Header &&
            start.made->kind != Locator::Kind::Body && start.made->kind != Locator::Kind::Form &&
            start.made->kind != Locator::Kind::Query)
            report("start.made"_L1, u"the id goes to body:, form:, query: or header:"_s);
        Assignments all = start.callback;
        all.insert(all.end(), start.request.set.begin(), start.request.set.end());
        checkOneBody("start.set"_L1, all);
        checkOneBody("start.from_query"_L1, start.fromQuery);
        checkReadsRequest("start.request"_L1, start.request.url.locators());
        checkReadsRequest("start.set"_L1, locatorsOf(start.request.set));
        checkReadsRequest("start.callback"_L1, locatorsOf(start.callback));
        checkReadsRequest("start.from_query"_L1, locatorsOf(start.fromQuery));
        for (const Locator &locator : start.remove)
            checkRemoved(locator);
        Locators conditions;
        for (const auto &[locator, value] : start.accepted.equals)
            conditions.push_back(locator);
        checkAnswerKinds("start.accepted.equals"_L1, conditions);
        for (const auto *locators : {&start.job, &start.location, &start.finished})
            checkAnswerKinds(locators == &start.job        ? "start.job"_L1
                             : locators == &start.location ? "start.location"_L1
                                                           : "start.finished"_L1,
                             *locators);
        if (start.callbackMode == Mode::InRequest &&
            !(usesOf(start.callback) & (Template::Use::Callback | Template::Use::Token)))
            report("start.callback"_L1, u"no template of this table has {callback}"_s);
        if (!start.finished.empty() && m_profile.statusWords().isEmpty())
            report("start.finished"_L1,
                   u"no words say what is final: completed and failed of [status] or [callback]"_s);
    }

    void checkReadsRequest(QLatin1StringView key, const Locators &locators)
    {
        if (hasKind(locators, {Locator::Kind::Suffix, Locator::Kind::Status}))
            report(key, u"a client's request has no suffix and no status"_s);
    }

    void checkRemoved(const Locator &locator)
    {
        const bool isPart = (locator.kind == Locator::Kind::Body && !locator.pointer.empty()) ||
                            locator.kind == Locator::Kind::Form || locator.kind == Locator::Kind::Query ||
                            locator.kind == Locator::Kind::Header;
        if (!isPart)
            report("start.remove"_L1,
                   u"%1 cannot be removed: body:/field, form:name, query:name or "
                   u"header:Name is wanted"_s.arg(formatLocator(locator)));
    }

    void checkReadsCallback(QLatin1StringView key, const Locators &locators)
    {
        if (hasKind(locators, {Locator::Kind::Status}))
            report(key, u"a callback is a request and has no status"_s);
    }

    void checkOneBody(QLatin1StringView key, const Assignments &assignments)
    {
        if (hasTarget(assignments, Locator::Kind::Body) && hasTarget(assignments, Locator::Kind::Form))
            report(key, u"a request's body is JSON (body:) or a form (form:), not both"_s);
    }

    void checkAnswerKinds(QLatin1StringView key, const Locators &locators)
    {
        if (hasKind(locators, {Locator::Kind::Query, Locator::Kind::Path, Locator::Kind::Suffix,
                               Locator::Kind::Form, Locator::Kind::Multipart}))
            report(key, u"an answer has values at body:, header: and status only"_s);
    }

    void checkCallback()
    {
        const Mode mode = m_profile.start.callbackMode;
        if (!m_profile.callback) {
            if (mode != Mode::None)
                report("callback"_L1, u"the table [callback] is missing: it says what a callback means"_s);
            else if (!m_profile.status)
                report("status"_L1,
                       u"without callbacks the table [status] is needed, or nothing ends a job"_s);
            return;
        }
        const CallbackRule &rule = *m_profile.callback;
        if (mode == Mode::None)
            report("start.callback"_L1, u"none, but there is a table [callback]"_s);
        if (mode == Mode::Registered && rule.job.empty())
            report("callback.job"_L1,
                   u"with registered callbacks the job's id is wanted, because it finds the job"_s);
        if (mode == Mode::Registered && m_profile.start.job.empty() && !m_profile.start.made)
            report("start.job"_L1,
                   u"with registered callbacks the job's id is wanted, because it finds the job"_s);
        checkReadsCallback("callback.state"_L1, rule.state);
        checkReadsCallback("callback.job"_L1, rule.job);
        checkReadsCallback("callback.error"_L1, rule.error);
        const bool onlyAsks = m_profile.status && m_profile.status->afterCallback && rule.state.empty();
        if (rule.words.isEmpty() && !onlyAsks)
            report("callback.completed"_L1,
                   u"no words say what is final; without a state write completed = \"*\""_s);
        if (rule.state.empty() && !rule.words.isEmpty() &&
            (rule.words.completed != std::vector<QByteArray>{"*"} || !rule.words.failed.empty()))
            report("callback.completed"_L1,
                   u"without a state each callback is the end: completed = \"*\" and no others"_s);
        if ((rule.answer.status == 204 || rule.answer.status == 205) && !rule.answer.body.isEmpty())
            report("callback.answer.body"_L1, u"an answer %1 has no body"_s.arg(rule.answer.status));
        checkWords("callback.failed"_L1, rule.words);
    }

    void checkWords(QLatin1StringView key, const StateWords &words)
    {
        const std::vector<QByteArray> *lists[] = {&words.completed, &words.failed, &words.progress};
        for (const auto *list : lists) {
            for (const QByteArray &word : *list) {
                if (word.isEmpty() || word.chopped(1).contains('*'))
                    report(key, u"a word is not empty, and a * stands at its end"_s);
                for (const auto *other : lists) {
                    if (other > list &&
                        std::any_of(other->begin(), other->end(),
                                    [&word](const QByteArray &one) { return equalsIgnoreCase(one, word); }))
                        report(key, u"\"%1\" is in two lists"_s.arg(QString::fromUtf8(word)));
                }
            }
        }
    }

    void checkVerify(const VerifyRule &rule)
    {
        using Scheme = VerifyRule::Scheme;
        if (rule.scheme == Scheme::None) {
            if (rule.addresses.empty())
                report("callback.verify.addresses"_L1,
                       u"nothing proves a callback: ranges of addresses are wanted"_s);
            return;
        }
        const bool hasKeys = rule.scheme == Scheme::Ed25519 && !rule.jwks.isEmpty();
        if (rule.secrets.empty() && !hasKeys)
            report("callback.verify.secret"_L1, u"the name of a secret is wanted"_s);
        if (!rule.jwks.isEmpty() && rule.scheme != Scheme::Ed25519)
            report("callback.verify.jwks"_L1, u"only the scheme ed25519 has public keys"_s);
        if (!rule.jwks.isEmpty() && !rule.secrets.empty())
            report("callback.verify.jwks"_L1, u"either jwks or secret has the keys, not both"_s);
        if (!rule.at && rule.scheme != Scheme::Basic)
            report("callback.verify.at"_L1, u"the place of the signature or secret is wanted"_s);
        if (rule.scheme == Scheme::Ed25519 && rule.jwks.isEmpty() &&
            rule.keyFormat == VerifyRule::KeyFormat::Text)
            report("callback.verify.key_format"_L1, u"an Ed25519 key is hex or base64"_s);
        if (rule.signedText.uses().testFlag(Template::Use::Signed))
            checkSigned(rule);
        checkReadsCallback("callback.verify.signed"_L1, rule.signedText.locators());
        if (rule.at)
            checkReadsCallback("callback.verify.at"_L1, {*rule.at});
        if (rule.id)
            checkReadsCallback("callback.verify.id"_L1, {*rule.id});
        if (rule.timestamp)
            checkReadsCallback("callback.verify.timestamp"_L1, {*rule.timestamp});
        if (!rule.timestampPrefix.isEmpty() && rule.separator.isEmpty())
            report("callback.verify.timestamp_prefix"_L1,
                   u"a separator is wanted between the time and the signature"_s);
        if (!rule.timestampPrefix.isEmpty() && rule.timestamp)
            report("callback.verify.timestamp_prefix"_L1,
                   u"either timestamp or timestamp_prefix, not both"_s);
    }

    void checkSigned(const VerifyRule &rule)
    {
        // Template::Use has one flag for both {id} and {timestamp}. Only rendering shows which of them has no
        // value.
        TemplateValues values;
        MessageReader empty{MessageView()};
        values.message = &empty;
        values.url = "-";
        values.token = "-";
        if (rule.id)
            values.id = "-";
        if (rule.timestamp || !rule.timestampPrefix.isEmpty())
            values.timestamp = "-";
        const auto rendered = rule.signedText.render(values, Template::Position::Plain);
        const auto *error = std::get_if<QString>(&rendered);
        if (error && (error->contains("{id}"_L1) || error->contains("{timestamp}"_L1)))
            report("callback.verify.signed"_L1,
                   u"%1: the field that says where it stands is wanted"_s.arg(*error));
    }

    /// Checks a request about a job. `{job}` and `{location}` in it need a field of [start].
    void checkRequest(QLatin1StringView key, const RequestRule &rule)
    {
        const Template::Uses uses = rule.url.uses() | usesOf(rule.set);
        if (uses.testFlag(Template::Use::Job) && m_profile.start.job.empty() && !m_profile.start.made)
            report(key, u"{job} is used, but neither start.job nor start.made says which id the job has"_s);
        if (uses.testFlag(Template::Use::Location) && m_profile.start.location.empty())
            report(key, u"{location} is used, but start.location does not say where it stands"_s);
        if (rule.method == "GET" &&
            (hasTarget(rule.set, Locator::Kind::Body) || hasTarget(rule.set, Locator::Kind::Form)))
            report(key, u"a GET has no body"_s);
        checkOneBody(key, rule.set);
        checkReadsRequest(key, rule.url.locators());
        checkReadsRequest(key, locatorsOf(rule.set));
    }

    void checkStatus()
    {
        if (!m_profile.status)
            return;
        const StatusRule &rule = *m_profile.status;
        if (rule.request.url.isEmpty())
            report("status.request"_L1,
                   u"the request that asks is wanted, such as \"GET {upstream}/{job}\""_s);
        if (rule.state.empty())
            report("status.state"_L1, u"the place of the state in the answer is wanted"_s);
        if (m_profile.statusWords().isEmpty())
            report("status.completed"_L1, u"no words say what is final, here or in [callback]"_s);
        checkAnswerKinds("status.state"_L1, rule.state);
        checkAnswerKinds("status.error"_L1, rule.error);
        checkWords("status.failed"_L1, rule.words);
        checkRequest("status.request"_L1, rule.request);
        if (rule.result)
            checkRequest("status.result"_L1, *rule.result);
        if (rule.longest < rule.every)
            report("status.longest"_L1, u"the longest pause is shorter than the first"_s);
    }

    void checkCancel()
    {
        if (!m_profile.cancel)
            return;
        if (m_profile.cancel->request.url.isEmpty())
            report("cancel.request"_L1,
                   u"the request that cancels is wanted, such as \"DELETE {upstream}/{job}\""_s);
        checkRequest("cancel.request"_L1, m_profile.cancel->request);
    }

    void checkAnswer()
    {
        const AnswerRule &answer = m_profile.answer;
        if (answer.body == AnswerRule::Document::Status && !m_profile.status)
            report("answer.body"_L1, u"status, but there is no table [status]"_s);
        if (answer.body == AnswerRule::Document::Status && m_profile.status && m_profile.callback &&
            !m_profile.status->afterCallback)
            report("status.after_callback"_L1, u"must be true, because answer.body is status"_s);
        if (answer.base64 && answer.part.empty())
            report("answer.base64"_L1, u"only a part can be base64: answer.part is wanted"_s);
        if (answer.keepalive.count() > 0 && !isAnswerJson())
            report("answer.keepalive"_L1,
                   u"bytes before the answer are harmless only when it is JSON: a whole JSON document, or "
                   u"answer.content_type = \"application/json\" for a part that is JSON, is wanted"_s);
    }

    /// True when the client's answer is JSON, as far as the profile tells.
    bool isAnswerJson() const
    {
        const AnswerRule &answer = m_profile.answer;
        if (!answer.contentType.isEmpty())
            return isJsonType(answer.contentType);
        if (!answer.part.empty() || !answer.failedPart.empty())
            return false;
        const auto readsJson = [](const Locators &state, const Locators &job) {
            return hasKind(state, {Locator::Kind::Body}) || hasKind(job, {Locator::Kind::Body});
        };
        if (m_profile.callback && answer.body == AnswerRule::Document::Callback)
            return readsJson(m_profile.callback->state, m_profile.callback->job);
        return m_profile.status && readsJson(m_profile.status->state, {});
    }

    const Profile &m_profile;
    const ReportProblem &m_report;
};

}  // namespace

void checkProfile(const Profile &profile, const ReportProblem &report)
{
    Checker(profile, report).check();
}

}  // namespace holdline::profile
