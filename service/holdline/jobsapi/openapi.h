// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

namespace holdline {

/// The embedded description of the main listener, resources/docs/openapi.json. Thread-safe.
QByteArray openApiDocument();
/// The document as an answer. Its server is `links`, or the root of the listener when that is empty.
http::Response openApiAnswer(const QByteArray &links = {});

}  // namespace holdline
