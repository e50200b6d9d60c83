// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/tools/callbackcheck.h"

#include "core/config/suggest.h"
#include "service/holdline/answers/jobresponses.h"
#include "service/holdline/jobs/callbackreceiver.h"
#include "service/http/problemresponse.h"

namespace holdline::tools {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kShownBody = 300;

/// Returns the token and the rest of a callback's path. Returns empty texts for any other path.
std::pair<QByteArray, QByteArray> splitPath(QByteArrayView path, const std::vector<QByteArray> &known)
{
    for (const QByteArray &one : known) {
        if (!path.startsWith(one + '/'))
            continue;
        QByteArrayView rest = path.sliced(one.size() + 1);
        if (rest.endsWith('/'))
            rest.chop(1);
        const qsizetype slash = rest.indexOf('/');
        if (slash < 0)
            return {rest.toByteArray(), {}};
        return {rest.first(slash).toByteArray(), rest.sliced(slash + 1).toByteArray()};
    }
    return {};
}

class Judge
{
public:
    Judge(const Route &route, const http::Request &request, const CallbackSurroundings &around)
        : m_route(route), m_request(request), m_around(around)
    {
        std::tie(m_token, m_suffix) = splitPath(request.path(), around.paths);
        if (route.isRegistered() && m_token.isEmpty())
            m_token = route.name();
        m_url = around.address + '/' + m_token + (m_suffix.isEmpty() ? "" : "/") + m_suffix;
        if (const qsizetype mark = request.target.indexOf('?'); mark >= 0)
            m_url += request.target.sliced(mark);
    }

    CallbackJudgement judge()
    {
        say(u"route"_s, m_route.isUsual() ? u"the job server's API"_s : QString::fromUtf8(m_route.name()));
        if (m_route.isRegistered() && m_token != m_route.name())
            say(u"address"_s,
                u"the path ends in another name, and callbacks of this route come to %1/%2"_s.arg(
                    QString::fromUtf8(m_around.paths.front()), QString::fromUtf8(m_route.name())));
        if (m_token.isEmpty())
            say(u"address"_s,
                u"the path is none of a callback (%1/TOKEN), so its token is not looked at"_s.arg(
                    QString::fromUtf8(m_around.paths.front())));
        if (m_route.keySet() && !m_around.keys)
            return refuse(Reason::KeysUnavailable,
                          u"there are no keys: name a file with --keys, or let them be fetched"_s);
        if (m_request.method != "POST" && m_request.method != "PUT")
            return refuse(Reason::MethodNotAllowed, u"callbacks come by POST or PUT, and never by "_s +
                                                        QString::fromLatin1(m_request.method));
        auto read = m_route.readCallback(view(m_request));
        const auto *refusal = std::get_if<RefusedCallback>(&read);
        const bool isForged = refusal && refusal->isForged();
        say(u"verified"_s, isForged ? u"no: "_s + refusal->text : proof());
        if (isForged)
            hintAtLineBreak();
        if (refusal)
            return refuse(refusal->reason, refusal->text);
        return take(std::get<CheckedCallback>(read).message);
    }

private:
    CallbackView view(const http::Request &request) const
    {
        // At a registered address, the path has the route's name in place of a token.
        const QByteArrayView token = m_route.isRegistered() ? QByteArrayView() : QByteArrayView(m_token);
        return {request, token, m_suffix, m_url, m_around.keys ? &*m_around.keys : nullptr, m_around.now};
    }

    void say(const QString &name, const QString &what)
    {
        m_text += (name + u':').leftJustified(12) + what + u'\n';
    }

    QString proof() const
    {
        const auto &config = m_route.config();
        if (!m_route.hasProfile() || !config.profile->callback || !config.profile->callback->verify)
            return u"nothing is to be verified but the token"_s;
        return config.insecureCallbacks ? u"NOT LOOKED AT, because of --insecure-callbacks"_s : u"yes"_s;
    }

    /// Prints a hint when only line breaks at the end spoil the signature, because editors add a line break
    /// to a file.
    void hintAtLineBreak()
    {
        http::Request shorter = m_request;
        while (shorter.body.endsWith('\n') || shorter.body.endsWith('\r'))
            shorter.body.chop(1);
        if (shorter.body.size() == m_request.body.size())
            return;
        const auto read = m_route.readCallback(view(shorter));
        const auto *refusal = std::get_if<RefusedCallback>(&read);
        if (!refusal || !refusal->isForged())
            say(u"hint"_s, u"without the line break at the end of the file it is verified"_s);
    }

    CallbackJudgement refuse(Reason reason, const QString &why)
    {
        say(u"outcome"_s, u"refused as %1: %2"_s.arg(name(reason), why));
        say(u"the job"_s, u"stays pending"_s);
        http::Response response = http::problemResponse({reason, why, {}, {}});
        sayAnswer(m_route.callbackAnswer(std::move(response)));
        return {m_text, false};
    }

    CallbackJudgement take(const JobMessage &message)
    {
        const QString none =
            m_route.isRegistered() ? u"none: it is about no job"_s : u"none: the token finds the job"_s;
        say(u"job id"_s, message.id.isEmpty() ? none : oneLine(QString::fromUtf8(message.id), 256));
        if (!message.state.isEmpty())
            say(u"state"_s, quoted(QString::fromUtf8(message.state)));
        if (m_route.isRegistered() && message.id.isEmpty()) {
            say(u"outcome"_s, name(CallbackOutcome::Unknown) + u": no job is changed"_s);
            sayAnswer(m_route.callbackAnswer(callbackTaken(CallbackOutcome::Unknown)));
            return {m_text, true};
        }
        JobStatus status;
        status.state = JobState::Running;
        status.attempted = true;
        const JobStep after = step(status, eventOf(message, m_around.job));
        say(u"outcome"_s, outcomeText(message, after));
        if (after.callback == CallbackOutcome::Mismatched) {
            sayAnswer(m_route.callbackAnswer(http::problemResponse(
                {Reason::CallbackMismatched,
                 u"The address belongs to a job with another id. That job stays pending."_s,
                 {},
                 {}})));
            return {m_text, false};
        }
        if (after.actions.testFlag(JobAction::Settle)) {
            const JobResult result = m_route.resultOf(message, view(m_request));
            say(u"the client"_s,
                u"gets %1%2, %3 bytes: %4"_s.arg(QString::number(result.status),
                                                 result.contentType.isEmpty()
                                                     ? QString()
                                                     : u" "_s + QString::fromLatin1(result.contentType),
                                                 QString::number(result.body.size()), shown(result.body)));
        }
        sayAnswer(m_route.callbackAnswer(callbackTaken(after.callback)));
        return {m_text, true};
    }

    QString outcomeText(const JobMessage &message, const JobStep &after) const
    {
        const QString word = name(after.callback);
        if (after.callback == CallbackOutcome::Mismatched)
            return word + u": the job's id is "_s + quoted(QString::fromUtf8(m_around.job));
        if (message.mustAsk)
            return word + u": the upstream is asked at once, and its answer decides"_s;
        switch (message.report) {
            case JobReport::Completed:
                return word + u": the job ends as completed"_s;
            case JobReport::Failed:
                return word + u": the job ends as failed"_s;
            case JobReport::Progress:
                break;
        }
        return word + u": the state is not known to be final, so the job goes on"_s;
    }

    static QString shown(const QByteArray &body)
    {
        return quoted(oneLine(QString::fromUtf8(body.left(kShownBody)), kShownBody));
    }

    void sayAnswer(const http::Response &response)
    {
        say(u"answered"_s,
            u"%1%2"_s.arg(QString::number(response.status),
                          response.body.isEmpty() ? QString() : u" "_s + shown(response.body)));
    }

    const Route &m_route;
    const http::Request &m_request;
    const CallbackSurroundings &m_around;
    QByteArray m_token;
    QByteArray m_suffix;
    QByteArray m_url;
    QString m_text;
};

}  // namespace

CallbackJudgement judgeCallback(const Route &route, const http::Request &request,
                                const CallbackSurroundings &around)
{
    return Judge(route, request, around).judge();
}

}  // namespace holdline::tools
