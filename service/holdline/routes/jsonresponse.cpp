// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/routes/jsonresponse.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace holdline {

http::Response jsonResponse(int status, const QJsonObject &object)
{
    return {status,
            {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
            QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n',
            false};
}

}  // namespace holdline
