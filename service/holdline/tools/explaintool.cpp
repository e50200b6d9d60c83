// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/urlpath.h"
#include "core/config/callbackaddress.h"
#include "core/config/flags.h"
#include "core/config/suggest.h"
#include "core/routing/ownpaths.h"
#include "core/routing/routetext.h"
#include "service/holdline/jobs/pendingrequest.h"
#include "service/holdline/tools/callbackoptions.h"
#include "service/holdline/tools/sentbytes.h"
#include "service/holdline/tools/toolconfig.h"
#include "service/holdline/tools/tools.h"
#include "service/http/contentcoding.h"

#include <algorithm>

namespace holdline::tools {

using namespace Qt::StringLiterals;

namespace {

const QString kDescription =
    u"Says which route takes a client's request, and prints the bytes that would leave for it. Nothing is "
    u"sent,\n"
    "and secrets are masked. The request is a file with a request line, fields, an empty line and the body, "
    "or a\n"
    "body alone with --path. The flags of holdline choose the configuration: --config, --profile, --upstream "
    "…\n\n"
    "Exit codes: 0 a start would leave, 1 the request or a callback would be refused, 64 wrong command "
    "line,\n"
    "66 a file cannot be read, 78 wrong configuration."_s;

/// Example values of a job, for the printed bytes.
constexpr auto kExampleToken = "TOKEN-OF-THE-JOB-00000000000000000";
constexpr auto kExampleJob = "00000000000000000000000000000000";
constexpr auto kMask = "MASKED";

http::Request withoutSecrets(http::Request request)
{
    http::HeaderFields masked;
    for (const auto &[name, value] : request.headers)
        masked.append(name, mayBeSecret(name) ? QByteArray(kMask) : value);
    request.headers = masked;
    return request;
}

Exit refused(const QString &text, int status, const QString &why)
{
    return {kExitFailed,
            text + u"Nothing would leave. The client would get %1: %2\n"_s.arg(QString::number(status), why)};
}

class Explainer
{
public:
    Explainer(const Config &config, const http::Request &request, const QString &routeName)
        : m_config(config),
          m_masked(tools::withoutSecrets(config)),
          m_routes(m_config),
          m_maskedRoutes(m_masked),
          m_request(request),
          m_routeName(routeName)
    {
    }

    Exit explain()
    {
        const Route *route = find();
        if (!route)
            return refused(m_text, 404, u"no route takes its path."_s);
        const QByteArrayList methods = route->methods();
        if (!methods.contains(m_request.method))
            return refused(
                m_text, 405,
                u"%1 is not taken on this path, only %2."_s.arg(QString::fromLatin1(m_request.method),
                                                                QString::fromLatin1(methods.join(" and "))));
        if (http::hasContentCoding(m_request.headers))
            return refused(m_text, 415, http::contentCodingDetail());
        const auto start = route->readRequest(m_request);
        if (const auto *error = std::get_if<StartError>(&start))
            return refused(m_text, reasonInfo(error->reason).status,
                           u"%1. %2"_s.arg(name(error->reason), error->detail));
        m_text += u"Its account, which is its queue, is %1.\n"_s.arg(
            quoted(QString::fromUtf8(std::get<StartRequest>(start).account)));
        return printStart(*m_maskedRoutes.byName(route->name()), std::get<StartRequest>(start));
    }

    const Route *found() const { return m_found; }

private:
    const Route *find()
    {
        const QByteArray path = withoutLastSlash(m_request.path().toByteArray());
        if (const QByteArray own = ownPathAbove(m_config, path); !own.isEmpty()) {
            m_text += u"The address %1 is Holdline's own, so no route gets what comes there.\n"_s.arg(
                QString::fromUtf8(own));
            return nullptr;
        }
        if (m_routes.servesUsual()) {
            const bool isUsual = std::find(kUsualPaths.begin(), kUsualPaths.end(), path) != kUsualPaths.end();
            m_text +=
                isUsual ? u"There are no routes: %1 goes to the job server.\n"_s.arg(QString::fromUtf8(path))
                        : u"There are no routes, and only /start, / and /proxy go to the job server.\n"_s;
            m_found = isUsual ? &m_routes.usual() : nullptr;
            return m_found;
        }
        m_found = m_routes.find(path);
        if (!m_found) {
            m_text += u"The path %1 is in none of the routes:\n"_s.arg(quoted(QString::fromUtf8(path)));
            for (const RouteConfig &route : m_config.routes->routes)
                m_text +=
                    u"  %1 takes %2%3\n"_s.arg(QString::fromUtf8(route.name), QString::fromUtf8(route.path),
                                               route.takesRest ? u" and all below it"_s : QString());
            return nullptr;
        }
        m_text += routeText(m_found->config()) + u'\n';
        if (!m_routeName.isEmpty() && m_routeName.toUtf8() != m_found->name())
            m_text += u"Not %1: the route with the longest path counts, and that is %2.\n"_s.arg(
                m_routeName, QString::fromUtf8(m_found->name()));
        return m_found;
    }

    Exit printStart(const Route &route, StartRequest start)
    {
        const http::Request shown = withoutSecrets(m_request);
        TravellingHeaders fields = travellingHeaders(shown);
        StartCall call;
        call.idempotencyKey = kExampleJob;
        call.headers = fields;
        addFields(fields, route.travellingFields(shown));
        const StartValues values{
            kExampleJob, start.wait ? callbackAddress(m_config).url + '/' + kExampleToken : QByteArray(),
            start.wait ? QByteArray(kExampleToken) : QByteArray()};
        if (const auto error = route.writeStart({m_request.method, m_request.target, fields, start.body},
                                                start, values, call))
            return refused(m_text, reasonInfo(error->reason).status, error->detail);
        if (call.token)
            profile::setHeader(call.headers, "Authorization", "Bearer ACCESS-TOKEN");
        const SentBytes sent = sentBytes(call, m_config.upstream.url);
        if (sent.bytes.isEmpty())
            return refused(m_text, 502, u"the request has a method or a field that cannot be sent."_s);
        m_text += u"\nThis would leave to %1 (secrets are masked, so lengths may differ):\n\n"_s.arg(
            sent.url.toString(QUrl::RemoveUserInfo | QUrl::RemovePath | QUrl::RemoveQuery));
        const QByteArray head = sent.bytes.first(sent.bytes.indexOf("\r\n\r\n") + 4);
        m_text += QString::fromUtf8(QByteArray(head).replace("\r\n", "\n"));
        const QByteArray body = sent.bytes.sliced(head.size());
        const QString text = QString::fromUtf8(body);
        const bool isText = text.toUtf8() == body && !body.contains('\0');
        m_text += isText ? text + u'\n' : u"(%1 bytes that are no text)\n"_s.arg(body.size());
        return {kExitOk, m_text};
    }

    const Config &m_config;
    const Config m_masked;
    const RouteTable m_routes;
    const RouteTable m_maskedRoutes;
    const http::Request m_request;
    const QString m_routeName;
    const Route *m_found = nullptr;
    QString m_text;
};

/// Returns the path for a saved request that has only a body. Empty when the route is not clear.
QByteArray pathOf(const Config &config, const QString &routeName)
{
    if (!config.routes)
        return "/start";
    for (const RouteConfig &route : config.routes->routes) {
        if (routeName.isEmpty() ? config.routes->routes.size() == 1 : route.name == routeName.toUtf8())
            return route.path.isEmpty() ? QByteArray("/") : route.path;
    }
    return {};
}

}  // namespace

Exit explain(const QStringList &arguments)
{
    Flags flags;
    RequestParts parts;
    CallbackOptions callbacks;
    QStringList callbackFiles;
    QString routeName;
    const auto bytes = [](QByteArray &value) {
        return [&value](QStringView text) {
            value = text.toUtf8();
            return QString();
        };
    };
    std::vector<CommandLineOption> table{
        {u"route"_s, u"NAME"_s, u"The route that should take the request. A body alone goes to its path."_s,
         into(routeName)},
        {u"method"_s, u"METHOD"_s, u"The method, in place of the file's."_s, bytes(parts.method)},
        {u"path"_s, u"PATH"_s, u"The path and query, in place of the file's."_s, bytes(parts.target)},
        headerOption(parts),
        {u"callback"_s, u"FILE"_s,
         u"A saved callback to judge as well; see holdline check-callback. May be repeated."_s,
         [&callbackFiles](QStringView text) {
             callbackFiles.append(text.toString());
             return QString();
         },
         CommandLineOption::Repeated::EachCounts}};
    for (CommandLineOption &option : callbacks.table())
        table.push_back(std::move(option));
    for (CommandLineOption &option : configOptions(flags))
        table.push_back(std::move(option));
    CommandLine line(u"holdline explain"_s, kDescription, std::move(table));
    line.allowArguments(u"[FILE|-]"_s, u"The request (default: standard input)."_s);
    if (auto exit = line.read(QStringList{u"holdline"_s} + arguments))
        return *exit;
    if (line.arguments().size() > 1)
        return {kExitUsage, u"one file is wanted"_s};
    auto loaded = loadForTool(flags);
    if (auto *exit = std::get_if<Exit>(&loaded))
        return *exit;
    const auto &config = std::get<Config>(loaded);
    const QString file = line.arguments().value(0, u"-"_s);
    const bool needsNoFile = !parts.target.isEmpty() && line.arguments().isEmpty() && parts.method == "GET";
    const auto input = needsNoFile ? std::variant<QByteArray, QString>(QByteArray()) : readInput(file);
    if (const auto *error = std::get_if<QString>(&input))
        return {kExitNoInput, *error};
    if (!routeName.isEmpty()) {
        const RouteTable routes(config);
        const auto route = chooseRoute(config, routes, routeName);
        if (const auto *error = std::get_if<QString>(&route))
            return {kExitUsage, *error};
    }
    parts.usualTarget = pathOf(config, routeName);
    const auto request = readSavedRequest(std::get<QByteArray>(input), parts);
    if (const auto *error = std::get_if<QString>(&request))
        return {kExitNoInput, *error};
    Explainer explainer(config, std::get<http::Request>(request), routeName);
    Exit exit = explainer.explain();
    if (callbackFiles.isEmpty() || !explainer.found())
        return exit;
    const Exit judged = judgeFiles(callbackFiles, config, *explainer.found(), callbacks);
    if (judged.code == kExitNoInput)
        return judged;
    return {std::max(exit.code, judged.code), exit.text + u'\n' + judged.text};
}

}  // namespace holdline::tools
