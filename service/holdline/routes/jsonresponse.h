// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

class QJsonObject;

namespace holdline {

/// Makes a JSON response of the admin listener. Caches must not store it.
http::Response jsonResponse(int status, const QJsonObject &object);

}  // namespace holdline
