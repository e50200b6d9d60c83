// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QByteArrayView>
#include <QString>

namespace holdline::profile {

/// Makes the Markdown page of a profile, for operators. It says what they need, how Holdline starts a job,
/// gets and verifies callbacks, asks and cancels, and what the client gets. `file` is the TOML text of the
/// profile; the page quotes it. The page shows the comment at the start of `file`, and uses the URL behind
/// "Upstream:" in that comment as the example's upstream. Pure.
QString profilePage(const Profile &profile, QByteArrayView file);

}  // namespace holdline::profile
