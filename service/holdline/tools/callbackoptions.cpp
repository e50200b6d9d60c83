// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/tools/callbackoptions.h"

#include "core/config/callbackaddress.h"
#include "core/config/suggest.h"
#include "service/holdline/credentials/credentialrequests.h"
#include "service/holdline/tools/onecall.h"

namespace holdline::tools {

using namespace Qt::StringLiterals;

namespace {

QString readTime(QStringView text, std::optional<WallTime> &time)
{
    time = profile::timeOf(text.toUtf8());
    return time ? QString() : u"seconds since 1970 or a time such as 2026-03-14T15:09:26Z are wanted"_s;
}

/// Reads the keys from `file`, or fetches them from the URL of `spec`. The error is for people.
std::variant<profile::PublicKeys, QString> keysFor(const Config &config, const CredentialSpec &spec,
                                                   const QString &file)
{
    if (!file.isEmpty()) {
        const auto bytes = readInput(file);
        if (const auto *error = std::get_if<QString>(&bytes))
            return *error;
        return profile::parseKeySet(std::get<QByteArray>(bytes));
    }
    auto read = std::make_shared<std::optional<FetchResult>>();
    const StartResult result = callOnce(config, std::get<StartCall>(credentialRequest(spec, read)));
    const QString where = u"the keys from %1: "_s.arg(shownUrl(spec));
    if (!*read)
        return where + fetchFailure(result).text;
    if (const auto *failure = std::get_if<FetchFailure>(&**read))
        return where + failure->text;
    return std::get<FetchedCredential>(**read).values;
}

}  // namespace

CommandLineOption headerOption(RequestParts &parts)
{
    const auto read = [&parts](QStringView text) {
        const QByteArray field = text.toUtf8();
        const qsizetype colon = field.indexOf(':');
        if (colon < 1)
            return u"a field such as \"X-Name: value\" is wanted"_s;
        parts.headers.append(field.first(colon).trimmed(), field.sliced(colon + 1).trimmed());
        return QString();
    };
    return {u"header"_s, u"FIELD"_s,
            u"A header field, in place of the file's: \"X-Name: value\". May be repeated."_s, read,
            CommandLineOption::Repeated::EachCounts};
}

std::vector<CommandLineOption> CallbackOptions::table()
{
    return {
        {u"job"_s, u"ID"_s, u"The id that the upstream gave the job. Without it each id is taken."_s,
         into(job)},
        {u"at"_s, u"TIME"_s, u"When the callback came: seconds since 1970 or ISO 8601 (default: now)."_s,
         [this](QStringView text) { return readTime(text, now); }},
        {u"peer"_s, u"ADDRESS"_s, u"The sender's IP address (default: 127.0.0.1)."_s, into(peer)},
        {u"keys"_s, u"FILE"_s,
         u"The published keys, a JSON Web Key Set (default: fetched from their address)."_s, into(keys)},
    };
}

Exit judgeFiles(const QStringList &files, const Config &config, const Route &route,
                const CallbackOptions &options)
{
    CallbackSurroundings around;
    CallbackAddress address = callbackAddress(config);
    around.job = options.job.toUtf8();
    around.now = options.now;
    around.address = address.url;
    around.paths = std::move(address.paths);
    QString text;
    if (route.keySet()) {
        auto keys = keysFor(config, *route.keySet(), options.keys);
        if (const auto *error = std::get_if<QString>(&keys))
            text += u"keys:       none: %1\n\n"_s.arg(*error);
        else
            around.keys = std::get<profile::PublicKeys>(std::move(keys));
    }
    bool areTaken = true;
    for (const QString &file : files) {
        const auto bytes = readInput(file);
        if (const auto *error = std::get_if<QString>(&bytes))
            return {kExitNoInput, *error};
        RequestParts parts = options.parts;
        parts.usualTarget = around.paths.front() + '/' + (route.isRegistered() ? route.name() : "TOKEN");
        auto request = readSavedRequest(std::get<QByteArray>(bytes), parts);
        if (const auto *error = std::get_if<QString>(&request))
            return {kExitNoInput, u"%1: %2"_s.arg(quoted(file), *error)};
        auto &callback = std::get<http::Request>(request);
        if (!options.peer.isEmpty())
            callback.peer =
                (options.peer.contains(u':') ? u'[' + options.peer + u']' : options.peer).toLatin1() + ":1";
        const CallbackJudgement judgement = judgeCallback(route, callback, around);
        areTaken = areTaken && judgement.isTaken;
        text += u"callback:   %1\n%2\n"_s.arg(file == "-"_L1 ? u"standard input"_s : file, judgement.text);
    }
    return {areTaken ? kExitOk : kExitFailed, text};
}

}  // namespace holdline::tools
