// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

namespace holdline {

/// The embedded description of the main listener, resources/docs/openapi.json. Thread-safe.
QByteArray openApiDocument();
http::Response openApiAnswer();

}  // namespace holdline
