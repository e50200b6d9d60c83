// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobsapi/openapi.h"

#include "core/json/jsontext.h"

#include <QFile>

/// Makes the linker keep the resources of this static library. Must be outside of any namespace.
static void initResources()
{
    Q_INIT_RESOURCE(openapi);
}

namespace holdline {

namespace {

/// The text that names the server in the document.
constexpr QByteArrayView kRootServer = "\"url\": \"/\"";

QByteArray embedded()
{
    initResources();
    QFile file(QStringLiteral(":/holdline/openapi.json"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

QByteArray openApiDocument()
{
    static const QByteArray document = embedded();
    return document;
}

http::Response openApiAnswer(const QByteArray &links)
{
    QByteArray document = openApiDocument();
    if (!links.isEmpty())
        document.replace(kRootServer, "\"url\": " + quoteJson(links));
    return {200,
            {{"Content-Type", "application/json"}, {"Cache-Control", "no-cache"}},
            std::move(document),
            false};
}

}  // namespace holdline
