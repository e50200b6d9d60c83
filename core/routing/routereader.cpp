// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/routing/routereader.h"

#include "core/base/urlpath.h"
#include "core/config/suggest.h"
#include "core/config/values.h"
#include "core/profile/profilereader.h"
#include "core/profile/profiletable.h"
#include "core/profile/profilevalue.h"

#include <algorithm>
#include <functional>

namespace holdline {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using profile::ProfileErrors;
using profile::ProfileValue;
using profile::Template;
using profile::tomlText;

namespace {

constexpr std::size_t kMaxRoutes = 200;
constexpr std::size_t kMaxTokenFields = 10;
constexpr std::size_t kMaxSecretNames = 20;
constexpr QLatin1StringView kTokenFields = "auth.oauth2.fields"_L1;
constexpr QLatin1StringView kSecretNames = "secrets"_L1;
constexpr std::chrono::milliseconds kLeastRateWindow = 100ms;
constexpr std::chrono::milliseconds kMostRateWindow = 24h;

/// A key of `[[route]]`, and the function that reads its value into the draft.
struct RouteField
{
    QLatin1StringView key;
    std::function<void(RouteDraft &, const ProfileValue &)> read;
};

bool isRouteName(const QString &name)
{
    return !name.isEmpty() && name.size() <= RouteConfig::kMaxName &&
           std::all_of(name.begin(), name.end(), [](QChar c) {
               return c.unicode() < 0x80 && (c.isLetterOrNumber() || c == u'-' || c == u'_' || c == u'.');
           });
}

void readName(RouteDraft &draft, const ProfileValue &value)
{
    const auto text = value.text();
    draft.hasWrongName = !text || !isRouteName(*text);
    if (text && draft.hasWrongName)
        value.fail(
            u"1 to %1 letters, digits, \"-\", \"_\" and \".\" are wanted"_s.arg(RouteConfig::kMaxName));
    else if (text)
        draft.config.name = text->toLatin1();
}

void readPath(RouteDraft &draft, const ProfileValue &value)
{
    const auto text = value.text();
    draft.hasWrongPath = true;
    if (!text)
        return;
    QByteArray path = text->toUtf8();
    const bool takesAll = path == "*" || path == "/*";
    draft.config.takesRest = takesAll || path.endsWith("/*");
    if (draft.config.takesRest)
        path.chop(path == "*" ? 1 : 2);
    const bool isPlain = std::all_of(path.begin(), path.end(), [](char c) {
        return c > ' ' && c < '\x7f' && c != '?' && c != '#' && c != '*';
    });
    if (!isPlain || !(takesAll || path.startsWith('/'))) {
        value.fail(u"a path such as \"/v1/predictions\", \"/v1/*\" or \"*\" is wanted"_s);
        return;
    }
    // Requests are matched by their path in normal form and without a slash at the end.
    path = withoutLastSlash(normalPath(path));
    if (!path.isEmpty() && withoutDotSegments(path) != path) {
        value.fail(u"a path without the segments \".\" and \"..\" is wanted, because no client sends them"_s);
        return;
    }
    draft.config.path = path;
    draft.hasWrongPath = false;
}

void readUpstream(RouteDraft &draft, const ProfileValue &value)
{
    const auto text = value.text();
    if (!text)
        return;
    const QUrl url(*text, QUrl::StrictMode);
    const bool isHttp = url.scheme() == "http"_L1 || url.scheme() == "https"_L1;
    if (!url.isValid() || !isHttp || url.host().isEmpty() || url.hasFragment() || url.hasQuery() ||
        !url.userInfo().isEmpty())
        value.fail(u"an http or https URL without user, query and fragment is wanted"_s);
    draft.config.upstream = url;
}

void readLane(RouteDraft &draft, const ProfileValue &value)
{
    const auto text = value.text();
    if (!text)
        return;
    LaneSource &lane = draft.config.lane;
    if (*text == "none"_L1) {
        lane.kind = LaneSource::Kind::Route;
    } else if (*text == "client"_L1) {
        lane.kind = LaneSource::Kind::Client;
    } else if (auto locator = value.locator()) {
        if (locator->kind == profile::Locator::Kind::Suffix ||
            locator->kind == profile::Locator::Kind::Status)
            value.fail(u"a client's request has no %1"_s.arg(*text));
        lane.kind = LaneSource::Kind::Value;
        lane.value = *locator;
    }
}

/// Reads "600/1m": a number of start requests and a span of time.
void readRate(RouteDraft &draft, const ProfileValue &value)
{
    const auto text = value.text();
    if (!text)
        return;
    const qsizetype slash = text->indexOf(u'/');
    const auto starts = slash < 0 ? std::nullopt : parseInteger(QStringView(*text).first(slash).trimmed());
    const auto window =
        slash < 0 ? std::nullopt : parseDuration(QStringView(*text).sliced(slash + 1).trimmed());
    if (!starts || *starts < 1 || *starts > StartRate::kMostStarts || !window || *window < kLeastRateWindow ||
        *window > kMostRateWindow) {
        value.fail(
            u"starts per time such as \"600/1m\" are wanted: 1 to %1 starts, and a time from %2 to %3"_s.arg(
                QString::number(StartRate::kMostStarts), formatDuration(kLeastRateWindow),
                formatDuration(kMostRateWindow)));
        return;
    }
    draft.config.limits.rate = {static_cast<int>(*starts), *window};
}

OAuth2Client &oauth2Of(RouteDraft &draft)
{
    if (!draft.config.oauth2)
        draft.config.oauth2.emplace();
    return *draft.config.oauth2;
}

/// Reads the name of a secret. Reports any other value, and returns nothing.
std::optional<QByteArray> secretName(const ProfileValue &value, const QString &content)
{
    const auto name = value.text();
    if (name && isSecretName(*name))
        return name->toLatin1();
    if (name)
        value.fail(u"the name of a secret is wanted, which holds %1"_s.arg(content));
    return std::nullopt;
}

void readBasic(RouteDraft &draft, const ProfileValue &value)
{
    const auto name = secretName(value, u"user:password"_s);
    if (!name)
        return;
    draft.basicSecret = *name;
    draft.config.authorization =
        std::get<Template>(Template::parse(u"Basic {base64:{secret:%1}}"_s.arg(QString::fromLatin1(*name))));
}

/// Reads a text of printable ASCII characters without a line break.
std::optional<QByteArray> plainText(const ProfileValue &value)
{
    const auto text = value.text();
    const bool isPlain = text && !text->isEmpty() && std::all_of(text->begin(), text->end(), [](QChar c) {
                             return c.unicode() >= 0x20 && c.unicode() < 0x7f;
                         });
    if (text && !isPlain)
        value.fail(u"a text of printable ASCII is wanted"_s);
    return isPlain ? std::optional(text->toLatin1()) : std::nullopt;
}

std::vector<RouteField> oauth2Fields()
{
    using Style = OAuth2Client::Style;
    return {
        {"auth.oauth2.token"_L1,
         [](RouteDraft &draft, const ProfileValue &value) {
             oauth2Of(draft).tokenUrl = value.credentialUrl().value_or(QByteArray());
         }},
        {"auth.oauth2.id"_L1,
         [](RouteDraft &draft, const ProfileValue &value) {
             oauth2Of(draft).id = plainText(value).value_or(QByteArray());
         }},
        {"auth.oauth2.secret"_L1,
         [](RouteDraft &draft, const ProfileValue &value) {
             oauth2Of(draft).secret =
                 secretName(value, u"the client's secret, or id:secret"_s).value_or(QByteArray());
         }},
        {"auth.oauth2.scope"_L1,
         [](RouteDraft &draft, const ProfileValue &value) {
             oauth2Of(draft).scope = plainText(value).value_or(QByteArray());
         }},
        {"auth.oauth2.style"_L1,
         [](RouteDraft &draft, const ProfileValue &value) {
             oauth2Of(draft).style =
                 value
                     .oneOf<Style>(
                         {{"basic"_L1, Style::Basic}, {"body"_L1, Style::Body}, {"get"_L1, Style::Get}})
                     .value_or(Style::Basic);
         }},
    };
}

/// Reads one entry of the table `auth.oauth2.fields`, in which every name is allowed.
void readTokenField(RouteDraft &draft, const QString &name, const ProfileValue &value)
{
    OAuth2Client &client = oauth2Of(draft);
    const auto text = value.text();
    if (client.fields.size() == kMaxTokenFields)
        value.fail(u"there are more than %1 further fields"_s.arg(kMaxTokenFields));
    else if (text)
        client.fields.emplace_back(name.toUtf8(), text->toUtf8());
}

/// Reads one entry of the table `secrets`. Its key is the name that the profile uses, its value the name of
/// the configured secret. The loader of routes checks whether the profile has such a secret.
void readSecretName(RouteDraft &draft, const QString &inProfile, const ProfileValue &value)
{
    const auto name = secretName(value, u"what the profile calls %1"_s.arg(oneLine(inProfile, 40)));
    if (draft.config.secretNames.size() == kMaxSecretNames)
        value.fail(u"there are more than %1 secrets"_s.arg(kMaxSecretNames));
    else if (name)
        draft.config.secretNames.insert_or_assign(inProfile.toUtf8(), *name);
}

std::vector<RouteField> plainFields()
{
    return {
        {"name"_L1, readName},
        {"path"_L1, readPath},
        {"profile"_L1, [](RouteDraft &draft,
                          const ProfileValue &value) { draft.profile = value.text().value_or(QString()); }},
        {"upstream"_L1, readUpstream},
        {"lane"_L1, readLane},
        {"deadline"_L1,
         [](RouteDraft &draft, const ProfileValue &value) {
             draft.config.deadline = value.duration(100ms, 24h);
         }},
        {"limits.starts"_L1,
         [](RouteDraft &draft, const ProfileValue &value) {
             draft.config.limits.starts = value.number(1, 10'000).value_or(0);
         }},
        {"limits.running"_L1,
         [](RouteDraft &draft, const ProfileValue &value) {
             draft.config.limits.running = value.number(1, 1'000'000).value_or(0);
         }},
        {"limits.rate"_L1, readRate},
        {"auth.header"_L1,
         [](RouteDraft &draft, const ProfileValue &value) {
             if (auto text = value.textTemplate(Template::Use::Secret))
                 draft.config.authorization = *text;
         }},
        {"auth.basic"_L1, readBasic},
        {"jwks"_L1,
         [](RouteDraft &draft, const ProfileValue &value) {
             draft.config.jwks = value.credentialUrl().value_or(QByteArray());
         }},
    };
}

const std::vector<RouteField> &routeFields()
{
    static const std::vector<RouteField> kFields = [] {
        std::vector<RouteField> all = plainFields();
        for (RouteField &field : oauth2Fields())
            all.push_back(std::move(field));
        return all;
    }();
    return kFields;
}

class Reader
{
public:
    Reader(toml::table &root, const QString &file) : m_root(root), m_file(file), m_errors(file) {}

    RouteFile read()
    {
        readProfiles();
        readSecretFiles();
        if (const toml::node *node = m_root.get("route"))
            readRoutes(*node);
        m_result.errors += m_errors.texts();
        return std::move(m_result);
    }

private:
    QString place(const toml::node &node) const
    {
        return u"%1:%2"_s.arg(m_file).arg(node.source().begin.line);
    }

    void readProfiles()
    {
        toml::node *node = m_root.get("profile");
        if (!node)
            return;
        toml::table *profiles = node->as_table();
        if (!profiles) {
            m_errors.add(node->source().begin.line, u"profile: tables such as [profile.mine] are wanted"_s);
            return;
        }
        for (auto &&[key, value] : *profiles) {
            const QString name = tomlText(key.str());
            toml::table *table = value.as_table();
            if (!table) {
                m_errors.add(key.source().begin.line, u"profile.%1: a table is wanted"_s.arg(name));
                continue;
            }
            if (!profile::isProfileName(name)) {
                m_errors.add(key.source().begin.line, u"profile.%1: the name of a profile is wrong: %2"_s.arg(
                                                          oneLine(name, 64), profile::kProfileNameRule));
                m_result.wrongProfiles.insert(name);
                continue;
            }
            // The name is inserted into the parsed table itself, because a copy of the table loses its line
            // numbers.
            table->insert("name", std::string(key.str()));
            auto read = profile::readProfileTable(*table, m_file, u"profile.%1."_s.arg(name));
            if (const auto *errors = std::get_if<QStringList>(&read)) {
                m_result.errors += *errors;
                m_result.wrongProfiles.insert(name);
            } else
                m_result.profiles.emplace(name, std::make_shared<const profile::Profile>(
                                                    std::get<profile::Profile>(std::move(read))));
        }
    }

    void readSecretFiles()
    {
        const toml::node *node = m_root.get("secrets");
        if (!node)
            return;
        const toml::table *secrets = node->as_table();
        if (!secrets) {
            m_errors.add(node->source().begin.line, u"secrets: a table [secrets] is wanted"_s);
            return;
        }
        for (const auto &[key, value] : *secrets) {
            const QString name = tomlText(key.str());
            const auto file = ProfileValue(value, u"secrets."_s + name, m_errors).text();
            if (!isSecretName(name))
                m_errors.add(key.source().begin.line,
                             u"secrets.%1: a name has 1 to 40 letters, digits, \"-\" and \"_\""_s.arg(
                                 oneLine(name, 40)));
            else if (file)
                m_result.secrets.push_back({name, *file, place(value)});
        }
    }

    void readRoutes(const toml::node &node)
    {
        const toml::array *routes = node.as_array();
        if (!routes || !routes->is_homogeneous(toml::node_type::table)) {
            m_errors.add(node.source().begin.line, u"route: tables [[route]] are wanted"_s);
            return;
        }
        if (routes->size() > kMaxRoutes)
            m_errors.add(node.source().begin.line, u"route: there are more than %1"_s.arg(kMaxRoutes));
        for (const toml::node &route : *routes)
            readRoute(*route.as_table());
    }

    void readRoute(const toml::table &table)
    {
        RouteDraft draft;
        draft.origin = place(table);
        m_meant.clear();
        readFields(draft, table, {});
        for (const char *key : {"path", "profile", "upstream"}) {
            // A misspelled required key is reported once, as an unknown key, and not as missing too.
            if (!table.contains(key) && !m_meant.contains(QLatin1StringView(key)))
                m_errors.add(table.source().begin.line,
                             u"route: the key %1 is wanted"_s.arg(QLatin1StringView(key)));
        }
        draft.hasWrongPath = draft.hasWrongPath || !table.contains("path");
        checkAuth(draft, table);
        m_result.routes.push_back(std::move(draft));
    }

    void checkAuth(RouteDraft &draft, const toml::table &table)
    {
        const toml::table *auth = table["auth"].as_table();
        if (!auth)
            return;
        const auto line = auth->source().begin.line;
        if (auth->size() != 1)
            m_errors.add(line, u"route.auth: one of header, basic and oauth2 is wanted"_s);
        const toml::table *oauth2 = (*auth)["oauth2"].as_table();
        if (!oauth2)
            return;
        for (const char *key : {"token", "secret"}) {
            if (!oauth2->contains(key))
                m_errors.add(line, u"route.auth.oauth2: the key %1 is wanted"_s.arg(QLatin1StringView(key)));
        }
        OAuth2Client &client = oauth2Of(draft);
        if (!oauth2->contains("style") && namesGrantType(client.tokenUrl))
            client.style = OAuth2Client::Style::Get;
    }

    static QString firstKeyBelow(const QString &table)
    {
        for (const RouteField &one : routeFields()) {
            if (one.key.startsWith(QString(table + u'.')))
                return QString(one.key).sliced(table.size() + 1).section(u'.', 0, 0);
        }
        return u"name"_s;
    }

    void readFields(RouteDraft &draft, const toml::table &table, const QString &prefix)
    {
        for (const auto &[name, node] : table) {
            const QString key = prefix + tomlText(name.str());
            QStringList known;
            const RouteField *field = nullptr;
            bool isTable = false;
            for (const RouteField &one : routeFields()) {
                known += one.key;
                field = one.key == key ? &one : field;
                isTable = isTable || one.key.startsWith(QString(key + u'.'));
            }
            if (field)
                field->read(draft, ProfileValue(node, u"route."_s + key, m_errors));
            else if (prefix == QString(kTokenFields + u'.'))
                readTokenField(draft, tomlText(name.str()), ProfileValue(node, u"route."_s + key, m_errors));
            else if (prefix == QString(kSecretNames + u'.'))
                readSecretName(draft, tomlText(name.str()), ProfileValue(node, u"route."_s + key, m_errors));
            else if (key == kSecretNames && !node.is_table())
                m_errors.add(name.source().begin.line,
                             u"route.secrets: a table such as { webhook = \"NAME\" } is wanted"_s);
            else if ((isTable || key == kTokenFields || key == kSecretNames) && node.is_table())
                readFields(draft, *node.as_table(), key + u'.');
            else if (isTable || key == kTokenFields)
                m_errors.add(
                    name.source().begin.line,
                    u"route.%1: a table such as { %2 = … } is wanted"_s.arg(key, firstKeyBelow(key)));
            else {
                m_meant.insert(nearest(key, known));
                m_errors.add(name.source().begin.line,
                             u"there is no key %1 in a route"_s.arg(quoted(key)) + didYouMean(key, known));
            }
        }
    }

    toml::table &m_root;
    QString m_file;
    ProfileErrors m_errors;
    std::set<QString> m_meant;  ///< the keys that misspelled keys of the route probably meant
    RouteFile m_result;
};

}  // namespace

RouteFile readRouteFile(const QByteArray &text, const QString &file)
{
    try {
        toml::table root =
            toml::parse(std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
        return Reader(root, file).read();
    } catch (const toml::parse_error &) {
        return {};
    }
}

}  // namespace holdline
