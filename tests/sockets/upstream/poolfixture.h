// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/httpclient/pooledaccessmanager.h"
#include "tests/support/scriptedserver.h"

#include <QNetworkReply>
#include <QTest>

#include <memory>

namespace holdline::test {

using namespace std::chrono_literals;
using Reply = std::unique_ptr<QNetworkReply>;

inline const QByteArray kBody = R"({"account":"a"})";

inline Reply post(QNetworkAccessManager &manager, const QUrl &url, const QByteArray &account)
{
    QNetworkRequest request(url);
    request.setHeader(QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("application/json"));
    request.setRawHeader("X-Account", account);
    request.setAttribute(PooledAccessManager::AffinityAttribute, account);
    return Reply(manager.post(request, kBody));
}

inline bool wasSent(const Reply &reply)
{
    const QVariant sent = reply->attribute(PooledAccessManager::RequestSentAttribute);
    return !sent.isValid() || sent.toBool();
}

inline PoolOptions options(ConnectionScope scope, int cap = 100)
{
    PoolOptions made;
    made.scope = scope;
    made.maxConnections = cap;
    return made;
}

}  // namespace holdline::test

#define WAIT_FINISHED(reply) QTRY_VERIFY_WITH_TIMEOUT((reply)->isFinished(), 20'000)
#define ANSWERED(reply)                                                                           \
    do {                                                                                          \
        WAIT_FINISHED(reply);                                                                     \
        QVERIFY2((reply)->error() == QNetworkReply::NoError, qPrintable((reply)->errorString())); \
    } while (false)
