// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/monitorfeed/monitorsocket.h"
#include "tests/support/processstatus.h"
#include "tests/support/suite.h"

#include <QFile>
#include <QFileInfo>
#include <QLocalSocket>
#include <QTemporaryDir>
#include <QTest>

#include <cerrno>
#include <system_error>
#include <vector>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace holdline;
using namespace holdline::monitor;
using namespace holdline::test;
using namespace Qt::StringLiterals;

namespace {

mode_t modeOf(const QString &path)
{
    struct stat there
    {
    };
    return ::lstat(path.toUtf8().constData(), &there) == 0 ? there.st_mode & ALLPERMS : 0;
}

/// Returns a listening socket from which no connection is accepted.
int listenAt(const QString &path)
{
    const QByteArray bytes = path.toUtf8();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(bytes.begin(), bytes.end(), address.sun_path);
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
        ::listen(descriptor, 1) != 0)
        qFatal("cannot listen");
    return descriptor;
}

class Place
{
public:
    QString path() const { return m_folder.filePath(u"h.sock"_s); }
    QStringList files() const
    {
        return QDir(m_folder.path()).entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot);
    }

private:
    QTemporaryDir m_folder;
};

}  // namespace

class TestMonitorSocket : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listensAndCleansUp()
    {
        const Place place;
        std::vector<int> accepted;
        {
            MonitorSocket socket(
                [&](qintptr descriptor) { accepted.push_back(static_cast<int>(descriptor)); });
            QVERIFY2(socket.listen(place.path()), qPrintable(socket.errorString()));
            QCOMPARE(socket.path(), place.path());
            QLocalSocket client;
            client.connectToServer(place.path());
            QTRY_COMPARE(accepted.size(), 1u);
            QCOMPARE(place.files().size(), 2);
        }
        QVERIFY(place.files().isEmpty());
        ::close(accepted.front());
    }

    void isPrivateWhateverTheUmask_data()
    {
        QTest::addColumn<int>("mask");
        QTest::newRow("none") << 0;
        QTest::newRow("usual") << 022;
        QTest::newRow("strict") << 077;
    }
    void isPrivateWhateverTheUmask()
    {
        QFETCH(const int, mask);
        const Place place;
        const mode_t before = ::umask(static_cast<mode_t>(mask));
        MonitorSocket socket([](qintptr) {});
        const bool listens = socket.listen(place.path());
        ::umask(before);
        QVERIFY(listens);
        QCOMPARE(modeOf(place.path()), mode_t{0600});
        QCOMPARE(modeOf(place.path() + u".lock"_s), mode_t{0600});
    }

    void takesOverWhatADeadProcessLeft()
    {
        const Place place;
        ::close(listenAt(place.path()));
        QFile lock(place.path() + u".lock"_s);
        QVERIFY(lock.open(QIODevice::WriteOnly));
        QVERIFY(QFileInfo::exists(place.path()));
        MonitorSocket socket([](qintptr) {});
        QVERIFY2(socket.listen(place.path()), qPrintable(socket.errorString()));
        QLocalSocket client;
        client.connectToServer(place.path());
        QCOMPARE(client.state(), QLocalSocket::ConnectedState);
    }

    void leavesALiveOneAlone()
    {
        const Place place;
        MonitorSocket first([](qintptr) {});
        QVERIFY(first.listen(place.path()));
        MonitorSocket second([](qintptr) {});
        QVERIFY(!second.listen(place.path()));
        QVERIFY(second.errorString().contains(u"another service"_s));
        QLocalSocket client;
        client.connectToServer(place.path());
        QCOMPARE(client.state(), QLocalSocket::ConnectedState);
        // The failed second service has removed no file of the first. When the first service stops, the path
        // is free.
        QCOMPARE(place.files().size(), 2);
        first.stop();
        QVERIFY(place.files().isEmpty());
        QVERIFY(second.listen(place.path()));
    }

    void leavesAnotherProgramsSocketAlone()
    {
        const Place place;
        const int other = listenAt(place.path());
        MonitorSocket socket([](qintptr) {});
        QVERIFY(!socket.listen(place.path()));
        QVERIFY(socket.errorString().contains(u"another service"_s));
        QCOMPARE(place.files(), QStringList{u"h.sock"_s});
        ::close(other);
    }

    /// Without a free file descriptor, the service cannot check whether another service listens at the path.
    /// Then it must report the lack of descriptors.
    void saysThatDescriptorsAreMissing()
    {
        const Place place;
        ::close(listenAt(place.path()));
        MonitorSocket socket([](qintptr) {});
        {
            // Leaves one free descriptor, which the lock file takes.
            const int lowestFree = ::dup(STDIN_FILENO);
            QVERIFY(lowestFree >= 0);
            ::close(lowestFree);
            const DescriptorLimit lowered(static_cast<rlim_t>(lowestFree) + 1);
            QVERIFY(!socket.listen(place.path()));
        }
        const QString expected = QString::fromStdString(std::system_category().message(EMFILE));
        QCOMPARE(socket.errorString(), expected);
        QCOMPARE(place.files(), QStringList{u"h.sock"_s});
        QVERIFY2(socket.listen(place.path()), qPrintable(socket.errorString()));
    }

    void leavesWhatIsNoSocketAlone()
    {
        const Place place;
        QFile file(place.path());
        QVERIFY(file.open(QIODevice::WriteOnly));
        MonitorSocket socket([](qintptr) {});
        QVERIFY(!socket.listen(place.path()));
        QVERIFY(socket.errorString().contains(u"another file"_s));
        QVERIFY(QFileInfo(place.path()).isFile());
        QCOMPARE(place.files(), QStringList{u"h.sock"_s});
    }

    void followsNoLinkOfTheLock()
    {
        const Place place;
        QVERIFY(QFile::link(u"elsewhere"_s, place.path() + u".lock"_s));
        MonitorSocket socket([](qintptr) {});
        QVERIFY(!socket.listen(place.path()));
        QVERIFY(!place.files().contains(u"elsewhere"_s));
    }

    void longPaths()
    {
        const Place place;
        const QString folder = place.path().section(u'/', 0, -2) + u'/';
        const QString longest = folder + QString(kMaxSocketPath - folder.size(), u'x');
        MonitorSocket socket([](qintptr) {});
        QVERIFY(!socket.listen(longest + u'x'));
        QVERIFY(socket.errorString().contains(u"106"_s));
        QVERIFY2(socket.listen(longest), qPrintable(socket.errorString()));
        QLocalSocket client;
        client.connectToServer(longest);
        QVERIFY2(client.state() == QLocalSocket::ConnectedState, qPrintable(client.errorString()));
    }

    void makesNoFolder()
    {
        const Place place;
        MonitorSocket socket([](qintptr) {});
        QVERIFY(!socket.listen(place.path() + u"/h.sock"_s));
        QVERIFY(!socket.errorString().isEmpty());
        QVERIFY(place.files().isEmpty());
    }
};

HOLDLINE_TEST(TestMonitorSocket)
#include "tst_monitorsocket.moc"
