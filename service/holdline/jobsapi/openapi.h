// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

namespace holdline {

/// The description of the main listener, resources/docs/openapi.json, as it is embedded. Thread-safe.
QByteArray openApiDocument();
http::Response openApiAnswer();

}  // namespace holdline
