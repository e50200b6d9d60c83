// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

namespace holdline {

/// Returns the embedded description of the main listener, resources/docs/openapi.json. Thread-safe.
QByteArray openApiDocument();
/// Returns the document as a response. The document's server is `links`, or the root of the listener when
/// `links` is empty.
http::Response openApiAnswer(const QByteArray &links = {});

}  // namespace holdline
