// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/routing/routeset.h"
#include "core/routing/secretfiles.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace holdline {

/// A route of a file, before its profile is looked up.
struct RouteDraft
{
    RouteConfig config;
    QString profile;
    QString origin;            ///< for people: "holdline.toml:12"
    QByteArray basicSecret{};  ///< the name of the secret in auth.basic; empty without auth.basic
    bool hasWrongName = false;
    bool hasWrongPath = false;  ///< the path is invalid or missing
};

/// What a configuration file says about routes.
struct RouteFile
{
    std::vector<RouteDraft> routes;                                       ///< `[[route]]`
    std::map<QString, std::shared_ptr<const profile::Profile>> profiles;  ///< `[profile.NAME]`
    std::set<QString> wrongProfiles;                                      ///< names of profiles with errors
    std::vector<SecretFile> secrets;                                      ///< `[secrets]`
    QStringList errors;  ///< complete texts for people, in the order of the lines
};

/// Reads the tables about routes, profiles and secrets. The reader of options reads all other tables. Invalid
/// TOML gives an empty result without an error, because the reader of options reports the error. `file` is
/// the file's name for messages. Pure.
RouteFile readRouteFile(const QByteArray &text, const QString &file);

}  // namespace holdline
