// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profile.h"

#include <QByteArrayView>
#include <QString>

namespace holdline::profile {

/// The page of a profile in Markdown, for operators: what they must have, how a job is started, called back,
/// verified, asked for and cancelled, what the client gets, and the file itself. Its sentences are made from
/// the profile. `file` is the text that the profile was read from; the comment at its start is quoted, and an
/// http address behind "Upstream:" there becomes the address of the example. Pure.
QString profilePage(const Profile &profile, QByteArrayView file);

}  // namespace holdline::profile
