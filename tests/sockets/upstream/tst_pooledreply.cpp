// SPDX-License-Identifier: GPL-3.0-or-later
// Replies of PooledAccessManager that are aborted or deleted, or whose manager is deleted, at every stage of
// a reply.
#include "service/httpclient/pooledaccessmanager.h"
#include "tests/support/fullbacklog.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/suite.h"

#include <QNetworkReply>
#include <QPointer>
#include <QTest>

#include <memory>

using namespace holdline;
using test::ScriptedServer;
using Script = ScriptedServer::Script;

namespace {

/// The stage of a reply at which the test acts.
enum class Stage { AtOnce, Connecting, Queued, Sent, MetaData, ReadyRead, Error, Finished };
enum class Deed { Abort, DeleteReply, DeleteReplyLater, DeleteManager };

const Stage kStages[] = {Stage::AtOnce,   Stage::Connecting, Stage::Queued, Stage::Sent,
                         Stage::MetaData, Stage::ReadyRead,  Stage::Error,  Stage::Finished};
const char *const kStageNames[] = {"at once",     "connecting",    "queued",   "sent",
                                   "in metadata", "in ready-read", "in error", "in finished"};
const Deed kDeeds[] = {Deed::Abort, Deed::DeleteReply, Deed::DeleteReplyLater, Deed::DeleteManager};
const char *const kDeedNames[] = {"abort", "delete", "delete later", "delete manager"};

}  // namespace

Q_DECLARE_METATYPE(Stage)
Q_DECLARE_METATYPE(Deed)

class TestPooledReply : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(QStringLiteral(".*"))); }

    void everyStage_data();
    void everyStage();
    void abortTwice();
    void abortAfterTheEnd();
    void closedReplyStillEnds();
    void readingInPieces();
    void managerDestroyedWithRepliesAlive();
    void manyManagersInOneSlot();
};

void TestPooledReply::everyStage_data()
{
    QTest::addColumn<Stage>("stage");
    QTest::addColumn<Deed>("deed");
    QTest::addColumn<bool>("wholeAnswer");
    for (std::size_t stage = 0; stage < std::size(kStages); ++stage) {
        for (std::size_t deed = 0; deed < std::size(kDeeds); ++deed) {
            for (const bool whole : {false, true})
                QTest::addRow("%s %s, %s", kDeedNames[deed], kStageNames[stage],
                              whole ? "answer in one piece" : "answer in pieces")
                    << kStages[stage] << kDeeds[deed] << whole;
        }
    }
}

void TestPooledReply::everyStage()
{
    QFETCH(Stage, stage);
    QFETCH(Deed, deed);
    QFETCH(bool, wholeAnswer);

    ScriptedServer server;
    const test::FullBacklog deaf;
    const QByteArray answer = ScriptedServer::answer(500, "0123456789");
    if (stage == Stage::Sent)
        server.setDefault({ScriptedServer::hold()});
    else if (wholeAnswer)
        server.setDefault({ScriptedServer::write(answer)});
    else
        server.setDefault({ScriptedServer::bytewise(answer)});

    PoolOptions options;
    options.maxConnections = stage == Stage::Queued ? 1 : 10;
    QPointer<PooledAccessManager> manager = new PooledAccessManager(options);
    QPointer<QNetworkReply> blocker;
    if (stage == Stage::Queued)
        blocker = manager->get(QNetworkRequest(deaf.url()));
    QPointer<QNetworkReply> reply = manager->post(
        QNetworkRequest(stage == Stage::Connecting ? deaf.url() : server.url()), QByteArray("x"));

    bool done = false;
    int finished = 0;
    int signalsAfter = 0;
    const auto act = [&] {
        if (done)
            return;
        done = true;
        switch (deed) {
            case Deed::Abort:
                reply->abort();
                break;
            case Deed::DeleteReply:
                delete reply;
                break;
            case Deed::DeleteReplyLater:
                reply->deleteLater();
                break;
            case Deed::DeleteManager:
                delete manager;
                break;
        }
    };
    const auto actAt = [&](Stage when) {
        if (stage == when)
            act();
    };
    connect(reply, &QNetworkReply::metaDataChanged, this, [&] { actAt(Stage::MetaData); });
    connect(reply, &QNetworkReply::readyRead, this, [&] { actAt(Stage::ReadyRead); });
    connect(reply, &QNetworkReply::errorOccurred, this, [&] { actAt(Stage::Error); });
    connect(reply, &QNetworkReply::finished, this, [&] {
        ++finished;
        if (!done || !reply)
            actAt(Stage::Finished);
    });
    connect(reply, &QObject::destroyed, this, [&] { signalsAfter = finished; });

    if (stage == Stage::AtOnce || stage == Stage::Connecting || stage == Stage::Queued) {
        act();
    } else if (stage == Stage::Sent) {
        QTRY_COMPARE(server.holding(), 1);
        act();
    } else {
        QTRY_VERIFY(done);
    }

    if (deed == Deed::Abort) {
        QCOMPARE(finished, 1);  // abort() finishes the reply before it returns
        QVERIFY(reply->isFinished());
        // The response was complete and these are the reply's final signals, so abort() comes too late.
        const bool tooLate = stage == Stage::Finished || stage == Stage::Error ||
                             (wholeAnswer && (stage == Stage::MetaData || stage == Stage::ReadyRead));
        if (!tooLate)
            QCOMPARE(reply->error(), QNetworkReply::OperationCanceledError);
    } else if (deed == Deed::DeleteReplyLater) {
        QTRY_VERIFY(!reply);
        QVERIFY(finished <= 1);
    } else {
        QVERIFY(!reply);
        QCOMPARE(finished, stage == Stage::Finished ? 1 : 0);
    }
    if (manager) {
        // The pool is consistent: no connection slot is lost, and the next request gets its response.
        delete blocker;
        QTRY_VERIFY(manager->connectionCount() == manager->idleCount() || reply);
        delete reply;
        QTRY_COMPARE(manager->connectionCount(), manager->idleCount());
        server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, "next"))});
        const std::unique_ptr<QNetworkReply> next(manager->get(QNetworkRequest(server.url())));
        QTRY_VERIFY(next->isFinished());
        QCOMPARE(next->readAll(), "next");
    }
    delete manager;
    QTRY_COMPARE(server.openConnections(), 0);
    QVERIFY(server.arrivalCount() <= 2);
}

void TestPooledReply::abortTwice()
{
    ScriptedServer server;
    PooledAccessManager manager;
    const std::unique_ptr<QNetworkReply> reply(manager.get(QNetworkRequest(server.url())));
    int finished = 0;
    connect(reply.get(), &QNetworkReply::finished, this, [&] {
        ++finished;
        reply->abort();
    });
    reply->abort();
    reply->abort();
    QCOMPARE(finished, 1);
}

void TestPooledReply::abortAfterTheEnd()
{
    ScriptedServer server;
    PooledAccessManager manager;
    const std::unique_ptr<QNetworkReply> reply(manager.get(QNetworkRequest(server.url())));
    QTRY_VERIFY(reply->isFinished());
    reply->abort();
    QCOMPARE(reply->error(), QNetworkReply::NoError);
    QCOMPARE(manager.idleCount(), 1);
}

void TestPooledReply::closedReplyStillEnds()
{
    ScriptedServer server;
    PooledAccessManager manager;
    const std::unique_ptr<QNetworkReply> reply(manager.get(QNetworkRequest(server.url())));
    reply->close();
    QTRY_VERIFY(reply->isFinished());
    QCOMPARE(reply->error(), QNetworkReply::NoError);
}

void TestPooledReply::readingInPieces()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, "line one\nline two\nrest"))});
    PooledAccessManager manager;
    const std::unique_ptr<QNetworkReply> reply(manager.get(QNetworkRequest(server.url())));
    QTRY_VERIFY(reply->isFinished());
    QVERIFY(reply->isSequential());
    QCOMPARE(reply->bytesAvailable(), 22);
    QCOMPARE(reply->peek(4), "line");
    QVERIFY(reply->canReadLine());
    QCOMPARE(reply->readLine(), "line one\n");
    QCOMPARE(reply->read(4), "line");
    QCOMPARE(reply->readAll(), " two\nrest");
    QCOMPARE(reply->bytesAvailable(), 0);
    QVERIFY(reply->atEnd());
    QVERIFY(reply->readAll().isEmpty());
}

void TestPooledReply::managerDestroyedWithRepliesAlive()
{
    ScriptedServer server;
    server.setDefault({ScriptedServer::hold()});
    PoolOptions options;
    options.maxConnections = 3;
    auto manager = std::make_unique<PooledAccessManager>(options);
    int finished = 0;
    QList<QPointer<QNetworkReply>> replies;
    for (int i = 0; i < 6; ++i) {
        replies << manager->get(QNetworkRequest(server.url()));
        connect(replies.last(), &QNetworkReply::finished, this, [&finished] { ++finished; });
    }
    // A reply that outlives its manager can only be deleted.
    replies.last()->setParent(nullptr);
    QTRY_COMPARE(server.holding(), 3);
    manager.reset();
    for (int i = 0; i < 5; ++i)
        QVERIFY(!replies.at(i));
    QCOMPARE(finished, 0);
    QVERIFY(replies.last());
    delete replies.last();
    QTRY_COMPARE(server.openConnections(), 0);
}

void TestPooledReply::manyManagersInOneSlot()
{
    ScriptedServer server;
    auto first = std::make_unique<PooledAccessManager>();
    auto second = std::make_unique<PooledAccessManager>();
    QNetworkReply *trigger = first->get(QNetworkRequest(server.url()));
    QNetworkReply *other = second->get(QNetworkRequest(server.url()));
    QTRY_VERIFY(other->isFinished());
    const auto destroyBoth = [&] {
        second.reset();
        first.reset();
    };
    if (trigger->isFinished())
        trigger = first->get(QNetworkRequest(server.url()));
    connect(trigger, &QNetworkReply::finished, this, destroyBoth);
    QTRY_VERIFY(!first);
    QTRY_COMPARE(server.openConnections(), 0);
}

HOLDLINE_TEST(TestPooledReply)
#include "tst_pooledreply.moc"
