// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/routing/loadroutes.h"

#include "core/config/suggest.h"
#include "core/profile/profilereader.h"
#include "core/profile/shippedprofiles.h"
#include "core/profile/verification.h"
#include "core/routing/credentialspec.h"
#include "core/routing/oauth2client.h"
#include "core/routing/ownpaths.h"
#include "core/routing/registeredaddress.h"
#include "core/routing/routereader.h"

#include <QDir>
#include <QFile>

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

constexpr QLatin1StringView kUsualProfile = "jobserver"_L1;

class Loader
{
public:
    Loader(LoadedConfig &loaded, const QString &directory) : m_loaded(loaded), m_directory(directory) {}

    void load()
    {
        m_file = readRouteFile(m_loaded.text, m_loaded.file);
        fail(m_file.errors);
        addProfileOption();
        readSecretFlags();
        if (m_file.routes.empty()) {
            if (!m_file.profiles.empty() || !m_file.secrets.empty())
                fail(
                    u"%1: there are profiles or secrets, and no route uses them: name one with [[route]], or "
                    u"with upstream.profile"_s.arg(m_loaded.file));
            return;
        }
        auto set = std::make_shared<RouteSet>();
        QStringList errors;
        set->secrets = readSecrets(m_file.secrets, m_directory, errors);
        fail(errors);
        for (RouteDraft &draft : m_file.routes)
            add(*set, draft);
        checkTogether(*set);
        m_loaded.config.routes = std::move(set);
    }

private:
    void fail(const QString &text) { m_loaded.errors.push_back({ConfigError::Kind::Configuration, text}); }
    void fail(const QStringList &texts)
    {
        for (const QString &text : texts)
            fail(text);
    }

    /// Turns `--profile NAME` into one route for every path.
    void addProfileOption()
    {
        const Config::Upstream &upstream = m_loaded.config.upstream;
        if (upstream.profile == kUsualProfile)
            return;
        const QString origin = originOf(u"upstream.profile");
        if (!m_file.routes.empty()) {
            fail(
                u"%1: a profile for every path and [[route]] exclude each other: name the profile in the "
                u"routes"_s.arg(origin));
            return;
        }
        if (originOf(u"upstream.url") == "default"_L1)
            fail(
                u"%1: upstream.url (--upstream) is wanted too: the address of the API without the paths of "
                u"its requests"_s.arg(origin));
        RouteDraft draft;
        draft.config.takesRest = true;
        draft.config.upstream = upstream.url;
        draft.profile = upstream.profile;
        draft.origin = origin;
        m_file.routes.push_back(std::move(draft));
    }

    void readSecretFlags()
    {
        for (const QString &flag : m_loaded.secretFlags) {
            auto read = readSecretFlag(flag);
            if (const auto *error = std::get_if<QString>(&read))
                m_loaded.errors.push_back({ConfigError::Kind::Usage, *error});
            else
                m_file.secrets.push_back(std::get<SecretFile>(std::move(read)));
        }
    }

    QString originOf(QStringView key) const
    {
        const auto at = static_cast<std::size_t>(findOptionByKey(key) - options().data());
        return m_loaded.origins[at];
    }

    /// Returns the profile of a route. Reports an unknown profile, and returns null.
    std::shared_ptr<const profile::Profile> profileOf(const RouteDraft &draft)
    {
        const QString &name = draft.profile;
        if (const auto own = m_file.profiles.find(name); own != m_file.profiles.end())
            return own->second;
        if (const profile::Profile *shipped = profile::shippedProfile(name))
            return {std::shared_ptr<void>(), shipped};
        // The errors of this profile were reported when the file was read.
        if (m_file.wrongProfiles.contains(name))
            return nullptr;
        if (name.contains(u'/') || name.endsWith(".toml"_L1))
            return profileFile(draft);
        QStringList known = profile::shippedProfiles();
        for (const auto &[own, profile] : m_file.profiles)
            known.append(own);
        for (const QString &own : m_file.wrongProfiles)
            known.append(own);
        known.append(kUsualProfile);
        fail(u"%1: there is no profile %2"_s.arg(draft.origin, quoted(name)) + thereAre(name, known) +
             u" The path of a file has a slash or ends in .toml."_s);
        return nullptr;
    }

    std::shared_ptr<const profile::Profile> profileFile(const RouteDraft &draft)
    {
        QFile file(m_directory.absoluteFilePath(draft.profile));
        if (!file.open(QIODevice::ReadOnly)) {
            fail(u"%1: the profile %2 cannot be read: %3"_s.arg(draft.origin, quoted(draft.profile),
                                                                file.errorString()) +
                 relativeTo(draft.profile, m_directory));
            return nullptr;
        }
        auto read = profile::readProfile(file.read(profile::kMaxProfileBytes + 1), draft.profile);
        if (const auto *errors = std::get_if<QStringList>(&read)) {
            fail(*errors);
            return nullptr;
        }
        return std::make_shared<const profile::Profile>(std::get<profile::Profile>(std::move(read)));
    }

    void add(RouteSet &set, RouteDraft &draft)
    {
        RouteConfig &route = draft.config;
        route.insecureCallbacks = m_loaded.insecureCallbacks;
        if (draft.profile != kUsualProfile && !draft.profile.isEmpty()) {
            route.profile = profileOf(draft);
            if (route.profile) {
                checkProfileSecrets(set, draft);
                checkRegistered(draft);
                checkKeySet(draft);
            }
        } else if (draft.profile == kUsualProfile) {
            checkKeySet(draft);
        }
        if (route.profile || draft.profile == kUsualProfile)
            checkSecretNames(draft);
        checkAuth(set, draft);
        const bool hasNoProfile = draft.profile != kUsualProfile && !route.profile;
        if (route.name.isEmpty() && !draft.hasWrongName && !hasNoProfile)
            route.name = route.profile ? route.profile->name.toUtf8() : QByteArray(kUsualProfile.data());
        // In a URL, `.` and `..` mean the path's own folder and the parent folder.
        if (isRegistered(route) && (route.name == "." || route.name == ".."))
            fail(u"%1: the name %2 cannot end the address of callbacks: give the route another name"_s.arg(
                draft.origin, QString::fromUtf8(route.name)));
        set.routes.push_back(route);
        m_origins.append(draft.origin);
        m_hasWrongPath.push_back(draft.hasWrongPath);
    }

    /// Checks the route's table `secrets`: the profile must have each name. The table `auth` must not use the
    /// same name, because this name would then mean two different secrets.
    void checkSecretNames(const RouteDraft &draft)
    {
        const RouteConfig &route = draft.config;
        const QStringList known = route.profile ? route.profile->secretNames() : QStringList();
        const QString profile = route.profile ? route.profile->name : QString(kUsualProfile);
        QStringList ofAuth = route.authorization.secretNames();
        if (route.oauth2)
            ofAuth += QString::fromUtf8(route.oauth2->secret);
        for (const auto &[name, configured] : route.secretNames) {
            const QString shown = QString::fromUtf8(name);
            if (!known.contains(shown))
                fail(u"%1: secrets: the profile %2 has no secret %3"_s.arg(draft.origin, profile,
                                                                           quoted(shown)) +
                     (known.isEmpty() ? QString() : thereAre(shown, known)));
            else if (ofAuth.contains(shown))
                fail(u"%1: secrets: auth uses the secret %2 too: let auth name another one"_s.arg(
                    draft.origin, shown));
        }
    }

    void checkProfileSecrets(const RouteSet &set, const RouteDraft &draft)
    {
        const profile::Profile &profile = *draft.config.profile;
        QStringList wanted = profile.secretNames();
        const auto &verify = profile.callback ? profile.callback->verify : std::nullopt;
        if (verify && draft.config.insecureCallbacks) {
            for (const QByteArray &name : verify->secrets)
                wanted.removeAll(QString::fromUtf8(name));
        }
        const profile::Secrets secrets = secretsOf(draft.config, set.secrets);
        for (const QString &name : wanted) {
            if (!secrets.contains(name.toUtf8()))
                failSecret(draft, u"the profile "_s + profile.name,
                           QString::fromUtf8(secretNameOf(draft.config, name.toUtf8())));
        }
        if (!verify || draft.config.insecureCallbacks)
            return;
        for (const QString &error : unusableSecrets(*verify, secrets))
            fail(draft.origin + u": "_s + error);
    }

    void failSecret(const RouteDraft &draft, const QString &what, const QString &name)
    {
        // The configuration names a file for this secret, and the error of that file was reported.
        if (std::any_of(m_file.secrets.begin(), m_file.secrets.end(),
                        [&name](const SecretFile &one) { return one.name == name; }))
            return;
        fail(u"%1: %2 needs the secret %3: name its file under [secrets], or with --secret %3=FILE"_s.arg(
            draft.origin, what, name));
    }

    /// Checks the secrets that the route's table `auth` names.
    void checkAuth(const RouteSet &set, const RouteDraft &draft)
    {
        QStringList wanted = draft.config.authorization.secretNames();
        if (draft.config.oauth2 && !draft.config.oauth2->secret.isEmpty())
            wanted.append(QString::fromUtf8(draft.config.oauth2->secret));
        wanted.removeDuplicates();
        for (const QString &name : wanted) {
            const auto secret = set.secrets.find(name.toUtf8());
            if (secret == set.secrets.end())
                failSecret(draft, u"the route's auth"_s, name);
            else if (name.toUtf8() == draft.basicSecret && !profile::firstLine(secret->second).contains(':'))
                fail(u"%1: auth.basic: the secret %2 must hold user:password"_s.arg(draft.origin, name));
            else if (draft.config.oauth2)
                checkTokenRequest(set, draft);
        }
    }

    void checkTokenRequest(const RouteSet &set, const RouteDraft &draft)
    {
        const auto request = tokenRequest(*draft.config.oauth2, set.secrets);
        if (const auto *error = std::get_if<QString>(&request))
            fail(u"%1: auth.oauth2: %2"_s.arg(draft.origin, *error));
    }

    void checkKeySet(const RouteDraft &draft)
    {
        if (draft.config.jwks.isEmpty() || draft.config.insecureCallbacks || keySetOf(draft.config))
            return;
        fail(u"%1: jwks: the profile %2 verifies no callbacks by published keys (callback.verify.jwks)"_s.arg(
            draft.origin, draft.profile));
    }

    /// A registered address has no token, so anybody may know it. Its callbacks must be verified.
    void checkRegistered(const RouteDraft &draft)
    {
        const profile::Profile &profile = *draft.config.profile;
        const bool isVerified = profile.callback && profile.callback->verify;
        if (isRegistered(draft.config) && !isVerified && !draft.config.insecureCallbacks)
            fail(
                u"%1: anybody could call back, because the callbacks of the profile %2 come to an address "
                u"without a token: write how they are verified, or which addresses may send them, in its "
                u"table [callback.verify]. --insecure-callbacks takes them from anybody"_s.arg(draft.origin,
                                                                                               profile.name));
    }

    void checkTogether(const RouteSet &set)
    {
        for (std::size_t i = 0; i < set.routes.size(); ++i) {
            const RouteConfig &route = set.routes[i];
            const QString &origin = m_origins[static_cast<qsizetype>(i)];
            for (std::size_t before = 0; before < i; ++before) {
                const RouteConfig &other = set.routes[before];
                if (other.name == route.name && !route.name.isEmpty())
                    fail(u"%1: the name %2 is that of the route at %3: give one of them another name"_s.arg(
                        origin, QString::fromUtf8(route.name), m_origins[static_cast<qsizetype>(before)]));
                if (other.path == route.path && !m_hasWrongPath[i] && !m_hasWrongPath[before])
                    fail(u"%1: the path is that of the route at %2"_s.arg(
                        origin, m_origins[static_cast<qsizetype>(before)]));
            }
            if (const QByteArray own = ownPathAbove(m_loaded.config, route.path); !own.isEmpty())
                fail(u"%1: the path %2 is one of Holdline's own"_s.arg(origin, QString::fromLatin1(own)));
        }
    }

    LoadedConfig &m_loaded;
    QDir m_directory;
    RouteFile m_file;
    QStringList m_origins;             ///< for each route of the set, where it is configured
    std::vector<bool> m_hasWrongPath;  ///< for the same routes; see RouteDraft::hasWrongPath
};

}  // namespace

void loadRoutes(LoadedConfig &loaded, const QString &directory)
{
    Loader(loaded, directory).load();
}

}  // namespace holdline
