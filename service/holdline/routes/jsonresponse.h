// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

class QJsonObject;

namespace holdline {

/// Makes a JSON response of the admin listener. No cache may keep it.
http::Response jsonResponse(int status, const QJsonObject &object);

}  // namespace holdline
