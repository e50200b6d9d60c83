// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/tools/sentbytes.h"

#include "service/holdline/upstream/upstreamclient.h"
#include "service/httpclient/httptarget.h"
#include "service/httpclient/oncebody.h"
#include "service/httpclient/requesthead.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>

namespace holdline::tools {

namespace {

/// The reply to a request that is not sent.
class NoReply final : public QNetworkReply
{
public:
    explicit NoReply(QObject *parent) : QNetworkReply(parent) {}
    void abort() override {}

protected:
    qint64 readData(char *, qint64) override { return -1; }
};

/// Records a request in place of sending it.
class NotingManager final : public QNetworkAccessManager
{
public:
    SentBytes noted;

protected:
    QNetworkReply *createRequest(Operation op, const QNetworkRequest &request, QIODevice *body) override
    {
        const HttpTarget target = httpTargetOf(request.url());
        const QByteArray verb = op == PostOperation
                                    ? QByteArray("POST")
                                    : request.attribute(QNetworkRequest::CustomVerbAttribute).toByteArray();
        auto *once = qobject_cast<OnceBody *>(body);
        noted = {target.url, renderRequest(verb, target.path, target.hostField, request,
                                           once ? once->takeAll() : QByteArray())
                                 .value_or(QByteArray())};
        return new NoReply(this);
    }
};

}  // namespace

SentBytes sentBytes(const StartCall &call, const QUrl &usual)
{
    NotingManager manager;
    UpstreamClient client(&manager, usual, {});
    StartCall noted = call;
    noted.timeout = std::chrono::hours(1);
    client.start(1, noted);
    return manager.noted;
}

}  // namespace holdline::tools
