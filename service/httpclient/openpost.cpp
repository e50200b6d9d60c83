// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/openpost.h"

#include <QNetworkAccessManager>

namespace holdline {

QNetworkReply *openPost(QNetworkAccessManager &manager, const QNetworkRequest &request, QIODevice *body)
{
    // createRequest() is virtual and protected. Only a derived class can form a pointer to it.
    struct Access : QNetworkAccessManager
    {
        static constexpr auto open() { return &Access::createRequest; }
    };
    return (manager.*Access::open())(QNetworkAccessManager::PostOperation, request, body);
}

}  // namespace holdline
