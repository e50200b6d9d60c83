// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/job/startwindow.h"
#include "core/profile/locator.h"
#include "core/profile/profile.h"
#include "core/profile/template.h"
#include "core/routing/oauth2client.h"

#include <QByteArray>
#include <QString>
#include <QUrl>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace holdline {

/// Which requests of a route share a lane. A lane is a queue of start requests.
struct LaneSource
{
    enum class Kind : std::uint8_t {
        Route,   ///< one lane for all requests of the route
        Client,  ///< one lane for each client address
        Value,   ///< one lane for each value that `value` finds in a request
    };
    Kind kind = Kind::Route;
    profile::Locator value;  ///< for Value
};

/// The limits of each lane of a route.
struct LaneLimits
{
    int starts = 0;    ///< start requests in flight; 0: only the limits for all lanes
    int running = 0;   ///< jobs running at once; 0: no limit
    StartRate rate{};  ///< start requests per span of time
};

/// One route: the client requests that it accepts, the upstream that gets them, and the profile of the
/// upstream's API. Plain data.
struct RouteConfig
{
    /// Names the route in addresses of registered callbacks, logs, metrics and the jobs API. Unique. At most
    /// kMaxName characters: letters, digits, `-`, `_` and `.`.
    QByteArray name;
    /// The path of clients' requests in normal form. Empty for every path.
    QByteArray path;
    /// True when a request's path may continue after `path`. The rest of the path is sent to the upstream.
    bool takesRest = false;
    std::shared_ptr<const profile::Profile> profile;  ///< null for the job server's API
    QUrl upstream;
    LaneSource lane;
    LaneLimits limits{};
    std::optional<std::chrono::milliseconds> deadline{};  ///< in place of hold.deadline
    /// The value of the Authorization field to the upstream, in place of the client's. When empty, the
    /// client's value counts.
    profile::Template authorization;
    /// How to get tokens for the Authorization field, in place of `authorization`.
    std::optional<OAuth2Client> oauth2{};
    /// Maps a secret's name in the profile to its name in the configuration. A secret that is not listed has
    /// the same name in both.
    std::map<QByteArray, QByteArray> secretNames{};
    QByteArray jwks;  ///< encoded URL of the published keys; empty: the profile's own URL is used
    bool insecureCallbacks = false;  ///< callbacks need no verification, although the profile has one

    static constexpr qsizetype kMaxName = 40;
};

/// All routes of a configuration, and the secrets that they need.
struct RouteSet
{
    std::vector<RouteConfig> routes;  ///< never empty
    profile::Secrets secrets;         ///< contents of the secret files by their names
};

/// Returns the configured name of the secret that the route's profile calls `inProfile`.
inline QByteArray secretNameOf(const RouteConfig &route, const QByteArray &inProfile)
{
    const auto found = route.secretNames.find(inProfile);
    return found == route.secretNames.end() ? inProfile : found->second;
}

/// Returns the configured secrets with the names that the route's profile uses. `secrets` has the names of
/// the configuration. Pure.
profile::Secrets secretsOf(const RouteConfig &route, const profile::Secrets &secrets);

}  // namespace holdline
