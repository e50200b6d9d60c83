// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QStringList>
#include <QTest>

namespace holdline::test {

/// What can be observed of a QNetworkReply.
struct Seen
{
    QStringList signalNames;  ///< without immediate repetitions
    int status = 0;
    QByteArray reason;
    QByteArray body;
    QNetworkReply::NetworkError error = QNetworkReply::NoError;
    QByteArray contentType;
    QByteArray repeated;
    QUrl redirectTarget;
    bool finished = false;

    friend bool operator==(const Seen &, const Seen &) = default;
};

inline void note(QStringList &names, const QString &name)
{
    if (names.isEmpty() || names.last() != name)
        names << name;
}

/// Observes a reply until it has finished. Call this function before the reply can emit a signal.
inline Seen follow(QNetworkReply *reply)
{
    Seen seen;
    if (reply->isFinished() || reply->bytesAvailable() > 0)
        return seen;
    QObject context;
    QObject::connect(reply, &QNetworkReply::metaDataChanged, &context,
                     [&] { note(seen.signalNames, QStringLiteral("metaDataChanged")); });
    QObject::connect(reply, &QNetworkReply::readyRead, &context, [&] {
        note(seen.signalNames, QStringLiteral("readyRead"));
        seen.body += reply->readAll();
    });
    QObject::connect(reply, &QNetworkReply::errorOccurred, &context,
                     [&] { note(seen.signalNames, QStringLiteral("errorOccurred")); });
    QObject::connect(reply, &QNetworkReply::finished, &context, [&] {
        seen.signalNames << QStringLiteral("finished");
        seen.finished = reply->isFinished() && !reply->isRunning();
    });
    if (!QTest::qWaitFor([reply] { return reply->isFinished(); }, 20'000))
        return seen;
    seen.status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    seen.reason = reply->attribute(QNetworkRequest::HttpReasonPhraseAttribute).toByteArray();
    seen.error = reply->error();
    seen.contentType = reply->header(QNetworkRequest::ContentTypeHeader).toByteArray();
    seen.repeated = reply->rawHeader("x-repeated");
    seen.redirectTarget = reply->attribute(QNetworkRequest::RedirectionTargetAttribute).toUrl();
    return seen;
}

inline QNetworkRequest requestFor(const QUrl &url)
{
    QNetworkRequest request(url);
    request.setHeader(QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("text/plain"));
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    return request;
}

}  // namespace holdline::test
