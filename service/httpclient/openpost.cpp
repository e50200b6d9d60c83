// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/httpclient/openpost.h"

#include <QNetworkAccessManager>

namespace holdline {

namespace {

// createRequest() is virtual and protected. Only a derived class can form a pointer to it.
struct Access : QNetworkAccessManager
{
    static constexpr auto open() { return &Access::createRequest; }
};

}  // namespace

QNetworkReply *openPost(QNetworkAccessManager &manager, const QNetworkRequest &request, QIODevice *body)
{
    return (manager.*Access::open())(QNetworkAccessManager::PostOperation, request, body);
}

QNetworkReply *openRequest(QNetworkAccessManager &manager, const QByteArray &method, QNetworkRequest request,
                           QIODevice *body)
{
    request.setAttribute(QNetworkRequest::CustomVerbAttribute, method);
    return (manager.*Access::open())(QNetworkAccessManager::CustomOperation, request, body);
}

}  // namespace holdline
