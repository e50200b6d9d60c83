// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/addressrange.h"
#include "core/config/values.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;

class TestValues : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void duration_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("ms");  // -1 when refused
        const auto row = [](const char *text, qint64 ms) {
            QTest::newRow(text) << QString::fromUtf8(text) << ms;
        };
        row("0", 0);
        row("0s", 0);
        row("500ms", 500);
        row("5s", 5000);
        row("1.5s", 1500);
        row("0.25s", 250);
        row("0.125s", 125);
        row("2m", 120'000);
        row("1.5m", 90'000);
        row("1h", 3'600'000);
        row("10000h", 36'000'000'000);
        row("10001h", -1);
        row("10000.5h", -1);
        row("", -1);
        row("5", -1);
        row("s", -1);
        row("-5s", -1);
        row("+5s", -1);
        row(" 5s", -1);
        row("5s ", -1);
        row("5 s", -1);
        row("5S", -1);
        row("5sec", -1);
        row("1e3s", -1);
        row(".5s", -1);
        row("5.s", -1);
        row("1.2345s", -1);
        row("1.5ms", -1);
        row("1m30s", -1);
        row("9999999999999999s", -1);
        row("99999999999999999999999999s", -1);
        row("\u0665s", -1);
        row("infs", -1);
    }
    void duration()
    {
        QFETCH(QString, text);
        QFETCH(qint64, ms);
        const auto parsed = parseDuration(text);
        QCOMPARE(parsed ? qint64(parsed->count()) : -1, ms);
        if (parsed)
            QCOMPARE(parseDuration(formatDuration(*parsed)), parsed);
    }

    void size_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("bytes");
        const auto row = [](const char *text, qint64 n) {
            QTest::newRow(text) << QString::fromUtf8(text) << n;
        };
        row("0", 0);
        row("4096", 4096);
        row("4096B", 4096);
        row("64KiB", 65536);
        row("1MiB", 1048576);
        row("2GiB", 2147483648);
        row("10kB", 10'000);
        row("10MB", 10'000'000);
        row("1GB", 1'000'000'000);
        row("", -1);
        row("KiB", -1);
        row("-1", -1);
        row("1.5MiB", -1);
        row("64 KiB", -1);
        row("64kib", -1);
        row("64K", -1);
        row("999999999999999GiB", -1);
        row("9999999999999999", -1);
    }
    void size()
    {
        QFETCH(QString, text);
        QFETCH(qint64, bytes);
        const auto parsed = parseSize(text);
        QCOMPARE(parsed ? qint64(*parsed) : -1, bytes);
        if (parsed)
            QCOMPARE(parseSize(formatSize(*parsed)), parsed);
    }

    void written()
    {
        using namespace std::chrono_literals;
        QCOMPARE(formatDuration(0ms), u"0s"_s);
        QCOMPARE(formatDuration(1500ms), u"1500ms"_s);
        QCOMPARE(formatDuration(90s), u"90s"_s);
        QCOMPARE(formatDuration(300s), u"5m"_s);
        QCOMPARE(formatSize(65536), u"64KiB"_s);
        QCOMPARE(formatSize(65537), u"65537"_s);
        QCOMPARE(formatSize(1536 * 1024), u"1536KiB"_s);
    }

    void listenAddress_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("result");  // empty when refused
        const auto row = [](const char *text, const char *result) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(result);
        };
        row("127.0.0.1:3738", "127.0.0.1:3738");
        row("0.0.0.0:0", "0.0.0.0:0");
        row(":8080", "0.0.0.0:8080");
        row("localhost:80", "127.0.0.1:80");
        row("[::1]:80", "[::1]:80");
        row("[::]:65535", "[::]:65535");
        row("off", "");
        row("", "");
        row("OFF", "");
        row("127.0.0.1", "");
        row("3738", "");
        row("127.0.0.1:", "");
        row("127.0.0.1:65536", "");
        row("127.0.0.1:-1", "");
        row("127.0.0.1: 80", "");
        row("127.0.0.1:80 ", "");
        row("127.0.0.1:80x", "");
        row("256.0.0.1:80", "");
        row("127.1:80", "");
        row("example.org:80", "");
        row("::1:80", "");
        row("[127.0.0.1]:80", "");
        row("[::1:80", "");
        row("[]:80", "");
        row("http://127.0.0.1:80", "");
    }
    void listenAddress()
    {
        QFETCH(QString, text);
        QFETCH(QString, result);
        const auto parsed = parseListenAddress(text);
        QCOMPARE(parsed ? formatListenAddress(*parsed) : QString(), result);
        if (parsed)
            QCOMPARE(parseListenAddress(formatListenAddress(*parsed)), parsed);
    }
    void severalListenAddresses()
    {
        const auto parsed = parseListenAddresses(u"127.0.0.1:1, [::1]:2,:3"_s);
        QVERIFY(parsed);
        QCOMPARE(formatListenAddresses(*parsed), u"127.0.0.1:1,[::1]:2,0.0.0.0:3"_s);
        QCOMPARE(formatListenAddresses(*parseListenAddresses(u"off"_s)), u"off"_s);
        for (const QString &wrong :
             {u""_s, u","_s, u"127.0.0.1:1,"_s, u"off,off"_s, u"127.0.0.1:1;[::1]:1"_s})
            QVERIFY2(!parseListenAddresses(wrong), qPrintable(wrong));
    }

    void addressRanges_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("result");  // empty when it is wrong
        QTest::addColumn<QByteArrayList>("inside");
        QTest::addColumn<QByteArrayList>("outside");
        const auto row = [](const char *text, const char *result, const QByteArrayList &inside = {},
                            const QByteArrayList &outside = {}) {
            QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(result) << inside
                                << outside;
        };
        row("127.0.0.1", "127.0.0.1", {"127.0.0.1:1", "[::ffff:127.0.0.1]:1"}, {"127.0.0.2:1", "[::1]:1"});
        row("10.0.0.0/8", "10.0.0.0/8", {"10.0.0.0:1", "10.255.255.255:1"},
            {"11.0.0.0:1", "9.255.255.255:1"});
        row("10.1.2.128/25", "10.1.2.128/25", {"10.1.2.128:1", "10.1.2.255:1"}, {"10.1.2.127:1"});
        row("0.0.0.0/0", "0.0.0.0/0", {"1.2.3.4:1"}, {"[::1]:1", "[fd00::1]:1"});
        row("::/0", "::/0", {"1.2.3.4:1", "[::1]:1"}, {"nobody", ""});
        row("fd00::/8", "fd00::/8", {"[fd12::1]:1"}, {"[fc00::1]:1", "10.0.0.1:1"});
        row("::1", "::1", {"[::1]:1"}, {"127.0.0.1:1", "[::2]:1"});
        row("::ffff:10.0.0.0/104", "10.0.0.0/8", {"10.9.9.9:1"}, {"11.0.0.0:1"});
        row("::ffff:0.0.0.0/96", "0.0.0.0/0", {"203.0.113.1:1"}, {"[2001:db8::1]:1"});
        row("::ffff:10.0.0.0/8", "");
        for (const char *wrong : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1",
                                  "10.0.0", "fd00::1/8", "::/129", "localhost", "10.0.0.0/8/8", " 10.0.0.1"})
            row(wrong, "");
    }
    void addressRanges()
    {
        QFETCH(QString, text);
        QFETCH(QString, result);
        QFETCH(QByteArrayList, inside);
        QFETCH(QByteArrayList, outside);
        const auto range = parseAddressRange(text);
        QCOMPARE(range ? formatAddressRange(*range) : QString(), result);
        for (const QByteArray &peer : inside)
            QVERIFY2(range->contains(addressOfPeer(peer).value()), peer.constData());
        for (const QByteArray &peer : outside) {
            const auto address = addressOfPeer(peer);
            QVERIFY2(!address || !range->contains(*address), peer.constData());
        }
        if (range)
            QCOMPARE(parseAddressRange(formatAddressRange(*range)), range);
    }

    void hostsOfPeers()
    {
        QCOMPARE(hostOfPeer("192.0.2.1:80"), "192.0.2.1");
        QCOMPARE(hostOfPeer("[2001:db8::1]:80"), "2001:db8::1");
        QCOMPARE(hostOfPeer("2001:db8::1"), "2001:db8:");
        QCOMPARE(hostOfPeer("nobody"), "");
        QCOMPARE(hostOfPeer(""), "");
    }

    void hostWithNul() { QVERIFY(!parseListenAddress(QString(u"127.0.0.1\0:80"_s))); }
};

HOLDLINE_TEST(TestValues)
#include "tst_values.moc"
