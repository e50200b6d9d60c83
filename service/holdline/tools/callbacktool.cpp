// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/callbackaddress.h"
#include "core/config/flags.h"
#include "core/job/jobid.h"
#include "service/holdline/tools/callbackoptions.h"
#include "service/holdline/tools/onecall.h"
#include "service/holdline/tools/toolconfig.h"
#include "service/holdline/tools/tools.h"

namespace holdline::tools {

using namespace Qt::StringLiterals;

namespace {

const QString kDescription =
    u"Judges callbacks that were saved in files: whether each is verified, what it means, and what it would "
    u"be\n"
    "answered. A file is a request (POST /callback/TOKEN HTTP/1.1, fields, an empty line, the body), or a "
    "body\n"
    "alone. Without a file, the running service's callback address is tried. The flags of holdline choose "
    "the\n"
    "configuration: --config, --profile, --upstream, --secret, --callback-url …\n\n"
    "Exit codes: 0 all are taken, 1 one is refused or the address does not arrive, 64 wrong command line,\n"
    "66 a file cannot be read, 78 wrong configuration."_s;

/// Returns a well-formed token that no job has.
QByteArray strangeToken()
{
    return CallbackToken::make(0, 0).toText();
}

/// Sends a callback with strangeToken() to the configured callback address. A service that gets the callback
/// answers 404 `unknown`.
Exit tryAddress(const Config &config)
{
    const QByteArray url = callbackAddress(config).url + '/' + strangeToken();
    const QString shown = QString::fromLatin1(url);
    StartCall call;
    call.url = url;
    call.body = "{}";
    call.headers = {{"Content-Type", "application/json"}};
    QByteArray answer;
    int status = 0;
    call.readsEveryStatus = true;
    call.readAnswer = [&](const profile::MessageView &view, StartResult &) {
        status = view.status;
        answer = view.body.toByteArray();
    };
    const StartResult result = callOnce(config, call);
    QString text = u"The upstream is told addresses such as %1.\n"_s.arg(shown);
    const bool arrives = status == 404 && answer.contains("urn:holdline:problem:unknown");
    if (arrives)
        text +=
            u"From here such a callback arrives: the service answers 404 \"unknown\", because no job has this token.\n"_s;
    else if (status != 0)
        text +=
            u"From here something else answers: status %1. Is server.callback_url right, and does holdline run?\n"_s
                .arg(status);
    else
        text +=
            u"From here nothing answers: %1. Does holdline run, and is server.callback_url right?\n"_s.arg(
                result.detail);
    text +=
        u"From the upstream's machine or network, this must print a 404 with the code \"unknown\":\n  curl "
        u"-i -X POST "
        u"-H 'Content-Type: application/json' -d '{}' %1\n"_s.arg(shown);
    return {arrives ? kExitOk : kExitFailed, text};
}

}  // namespace

Exit checkCallback(const QStringList &arguments)
{
    Flags flags;
    CallbackOptions options;
    QString routeName;
    std::vector<CommandLineOption> table{
        {u"route"_s, u"NAME"_s, u"The route of the callbacks (default: the only one)."_s, into(routeName)}};
    for (CommandLineOption &option : options.table())
        table.push_back(std::move(option));
    table.push_back(headerOption(options.parts));
    for (CommandLineOption &option : configOptions(flags))
        table.push_back(std::move(option));
    CommandLine line(u"holdline check-callback"_s, kDescription, std::move(table));
    line.allowArguments(u"[FILE|-]..."_s, u"Saved callbacks."_s);
    if (auto exit = line.read(QStringList{u"holdline"_s} + arguments))
        return *exit;
    auto config = loadForTool(flags);
    if (auto *exit = std::get_if<Exit>(&config))
        return *exit;
    const auto &loaded = std::get<Config>(config);
    if (line.arguments().isEmpty())
        return tryAddress(loaded);
    const RouteTable routes(loaded);
    const auto route = chooseRoute(loaded, routes, routeName);
    if (const auto *error = std::get_if<QString>(&route))
        return {kExitUsage, *error};
    return judgeFiles(line.arguments(), loaded, *std::get<const Route *>(route), options);
}

}  // namespace holdline::tools
