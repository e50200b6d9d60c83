// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace holdline::profile {

/// The profiles of resources/profiles, compiled into the program. They are read at the first use, once.
/// Thread-safe.

/// Returns the names of the shipped profiles, sorted.
const QStringList &shippedProfiles();
/// Returns a shipped profile, or null for any other name. The profile is valid until the program ends.
const Profile *shippedProfile(const QString &name);
/// Returns the TOML text of a shipped profile, with its comments. Empty for any other name.
QByteArray shippedProfileText(const QString &name);

}  // namespace holdline::profile
