// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace holdline::profile {

/// The profiles of resources/profiles, compiled in. Read once; a test reads them all. Thread-safe.

/// Their names, sorted.
const QStringList &shippedProfiles();
/// Null for a name that is not shipped. The profile lives as long as the program.
const Profile *shippedProfile(const QString &name);
/// The file of a shipped profile, with its comments. Empty for any other name.
QByteArray shippedProfileText(const QString &name);

}  // namespace holdline::profile
