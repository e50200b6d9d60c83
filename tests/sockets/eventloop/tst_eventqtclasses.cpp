// SPDX-License-Identifier: GPL-3.0-or-later
// Qt classes that depend on an event loop: sockets, processes, futures, HTTP and threads.
#include "tests/sockets/eventloop/eventloopfixture.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/suite.h"

#include <QAbstractEventDispatcher>
#include <QFutureWatcher>
#include <QLocalServer>
#include <QLocalSocket>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QProcess>
#include <QPromise>
#include <QRegularExpression>
#include <QSemaphore>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <thread>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

/// Returns a megabyte of text without repetitions.
QByteArray aMegabyte()
{
    QByteArray all;
    all.reserve(1024 * 1024 + 16);
    for (quint32 i = 0; all.size() < 1024 * 1024; ++i)
        all += number(i * 2654435761U) + ' ';
    return all;
}

/// Writes the bytes in pieces of 1 to 1,500 bytes, a few pieces in each turn of the event loop.
void writeInPieces(QIODevice *device, const QByteArray &bytes)
{
    auto *next = new QTimer(device);
    QObject::connect(next, &QTimer::timeout, device, [device, next, bytes, done = qsizetype(0)]() mutable {
        for (int i = 0; i < 8 && done < bytes.size(); ++i) {
            const qsizetype size = std::min(1 + (done * 7919) % 1500, bytes.size() - done);
            device->write(bytes.constData() + done, size);
            done += size;
        }
        if (done == bytes.size())
            next->stop();
    });
    next->start(0);
}

/// Runs a server that sends the client's bytes back as they arrive. When all are back, the client
/// disconnects.
template <typename Server, typename Socket, typename Listen, typename Connect>
void echo(Trace &trace, Listen listen, Connect connectTo)
{
    Server server;
    if (!listen(server)) {
        trace << "cannot listen: " + server.errorString().toUtf8();
        return;
    }
    bool isLeft = false;
    qint64 atServer = 0;
    QObject::connect(&server, &Server::newConnection, &server, [&] {
        Socket *peer = server.nextPendingConnection();
        QObject::connect(peer, &Socket::readyRead, peer, [&atServer, peer] {
            const QByteArray got = peer->readAll();
            atServer += got.size();
            peer->write(got);
        });
        QObject::connect(peer, &Socket::disconnected, &server, [&isLeft] { isLeft = true; });
    });
    const QByteArray sent = aMegabyte();
    QByteArray back;
    qint64 written = 0;
    Socket client;
    QObject::connect(&client, &Socket::connected, &client, [&] { writeInPieces(&client, sent); });
    QObject::connect(&client, &Socket::readyRead, &client, [&] { back += client.readAll(); });
    QObject::connect(&client, &Socket::bytesWritten, &client, [&](qint64 count) { written += count; });
    connectTo(client, server);
    if (!until([&] { return back.size() >= sent.size(); }))
        trace << "too late: " + number(atServer) + " came, " + number(back.size()) + " came back";
    trace << (back == sent ? "the same" : "something else");
    trace << (written == sent.size() ? "all written" : "written: " + number(written));
    client.close();
    trace << (until([&] { return isLeft; }) ? "left" : "did not leave");
}

}  // namespace

class TestEventQtClasses : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addLoops(); }
    void init() { QTest::failOnWarning(QRegularExpression(u".?"_s)); }

    void tcpSockets()
    {
        const Trace seen = observe([](Trace &trace) {
            echo<QTcpServer, QTcpSocket>(
                trace, [](QTcpServer &server) { return server.listen(QHostAddress::LocalHost); },
                [](QTcpSocket &client, const QTcpServer &server) {
                    client.connectToHost(server.serverAddress(), server.serverPort());
                });
        });
        QCOMPARE(seen, Trace({"the same", "all written", "left"}));
    }

    void localSockets()
    {
        const QTemporaryDir place;
        const QString path = place.filePath(u"socket"_s);
        const Trace seen = observe([&](Trace &trace) {
            echo<QLocalServer, QLocalSocket>(
                trace, [&](QLocalServer &server) { return server.listen(path); },
                [&](QLocalSocket &client, const QLocalServer &) { client.connectToServer(path); });
        });
        QCOMPARE(seen, Trace({"the same", "all written", "left"}));
    }

    // Many sockets are opened and closed all the time, so that descriptor numbers are reused.
    void socketsComeAndGo()
    {
        const Trace seen = observe([](Trace &trace) {
            QTcpServer server;
            server.listen(QHostAddress::LocalHost);
            QObject::connect(&server, &QTcpServer::newConnection, &server, [&server] {
                while (QTcpSocket *peer = server.nextPendingConnection()) {
                    QObject::connect(peer, &QTcpSocket::disconnected, peer, &QObject::deleteLater);
                    QObject::connect(peer, &QTcpSocket::readyRead, peer, [peer] {
                        peer->write(peer->readAll());
                        peer->disconnectFromHost();
                    });
                }
            });
            constexpr int kClients = 200;
            int begun = 0;
            int ended = 0;
            QObject context;
            const std::function<void()> begin = [&] {
                const QByteArray text = "client " + number(begun++);
                auto *client = new QTcpSocket(&context);
                QObject::connect(client, &QTcpSocket::connected, client,
                                 [client, text] { client->write(text); });
                QObject::connect(client, &QTcpSocket::disconnected, &context, [&, client, text] {
                    if (const QByteArray got = client->readAll(); got != text)
                        trace << text + " got " + got;
                    client->deleteLater();
                    ++ended;
                    if (begun < kClients)
                        begin();
                });
                client->connectToHost(server.serverAddress(), server.serverPort());
            };
            while (begun < 20)
                begin();
            until([&] { return ended == kClients; });
            trace << number(ended);
        });
        QCOMPARE(seen, Trace({"200"}));
    }

    void aProcess()
    {
        const Trace seen = observe([](Trace &trace) {
            const QByteArray sent = aMegabyte();
            QByteArray back;
            QProcess process;
            QObject::connect(&process, &QProcess::started, &process, [&] {
                trace << "started";
                process.write(sent);
                process.closeWriteChannel();
            });
            QObject::connect(&process, &QProcess::readyReadStandardOutput, &process,
                             [&] { back += process.readAllStandardOutput(); });
            bool isOver = false;
            QObject::connect(&process, &QProcess::finished, &process,
                             [&](int code, QProcess::ExitStatus status) {
                                 trace << "finished" << number(code)
                                       << (status == QProcess::NormalExit ? "normally" : "crashed");
                                 isOver = true;
                             });
            process.start(u"cat"_s, {});
            if (!until([&] { return isOver; }))
                trace << "too late";
            back += process.readAllStandardOutput();
            trace << (back == sent ? "the same" : "something else");
        });
        QCOMPARE(seen, Trace({"started", "finished", "0", "normally", "the same"}));
    }

    void aProcessIsKilled()
    {
        const Trace seen = observe([](Trace &trace) {
            QProcess process;
            QObject::connect(&process, &QProcess::started, &process, &QProcess::kill);
            bool isOver = false;
            QObject::connect(&process, &QProcess::finished, &process, [&](int, QProcess::ExitStatus status) {
                trace << (status == QProcess::CrashExit ? "killed" : "ended");
                isOver = true;
            });
            process.start(u"cat"_s, {});
            if (!until([&] { return isOver; }))
                trace << "too late";
        });
        QCOMPARE(seen, Trace({"killed"}));
    }

    void aThreadQuitsInItsSleep()
    {
        const EventLoop loop = currentLoop();
        for (int i = 0; i < 50; ++i) {
            QThread thread;
            QSemaphore sleeps;
            // Both event loops emit aboutToBlock() in their thread, immediately before they wait.
            connect(
                &thread, &QThread::started, &thread,
                [&sleeps] {
                    connect(dispatcher(), &QAbstractEventDispatcher::aboutToBlock, dispatcher(),
                            [&sleeps] { sleeps.release(); });
                },
                Qt::DirectConnection);
            if (auto own = makeEventDispatcher(loop))
                thread.setEventDispatcher(own.release());
            thread.start();
            sleeps.acquire();
            thread.quit();
            QVERIFY(thread.wait(60'000));
        }
    }

    void aFutureIsWatched()
    {
        const Trace seen = observe([](Trace &trace) {
            QPromise<int> durableJob;
            QFutureWatcher<int> watcher;
            bool isOver = false;
            QObject::connect(&watcher, &QFutureWatcher<int>::started, &watcher, [&] { trace << "started"; });
            QObject::connect(&watcher, &QFutureWatcher<int>::resultReadyAt, &watcher,
                             [&](int index) { trace << number(watcher.resultAt(index)); });
            QObject::connect(&watcher, &QFutureWatcher<int>::finished, &watcher, [&] {
                trace << "finished";
                isOver = true;
            });
            watcher.setFuture(durableJob.future());
            std::thread worker([&durableJob] {
                durableJob.start();
                for (int i = 0; i < 3; ++i)
                    durableJob.addResult(i * i);
                durableJob.finish();
            });
            if (!until([&] { return isOver; }))
                trace << "too late";
            worker.join();
        });
        QCOMPARE(seen, Trace({"started", "0", "1", "4", "finished"}));
    }

    void http()
    {
        const Trace seen = observe([](Trace &trace) {
            const QByteArray body = aMegabyte();
            ScriptedServer server;
            server.setDefault({ScriptedServer::write(ScriptedServer::answer(200, body))});
            server.enqueue({ScriptedServer::bytewise(ScriptedServer::answer(200, "little by little"))});
            QNetworkAccessManager manager;
            const auto get = [&] {
                const std::unique_ptr<QNetworkReply> reply(manager.get(QNetworkRequest(server.url())));
                if (!until([&] { return reply->isFinished(); }))
                    trace << "too late";
                if (reply->error() != QNetworkReply::NoError)
                    trace << reply->errorString().toUtf8();
                return reply->readAll();
            };
            trace << get();
            for (int i = 0; i < 3; ++i)
                trace << (get() == body ? "the same" : "something else");
        });
        QCOMPARE(seen, Trace({"little by little", "the same", "the same", "the same"}));
    }
};

HOLDLINE_TEST(TestEventQtClasses)
#include "tst_eventqtclasses.moc"
