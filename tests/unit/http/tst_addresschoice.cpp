// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/addresschoice.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline::http;
using namespace Qt::StringLiterals;

namespace {

QList<QHostAddress> addresses(const QString &text)
{
    QList<QHostAddress> all;
    for (const QString &one : text.split(u' ', Qt::SkipEmptyParts))
        all.append(QHostAddress(one));
    return all;
}

}  // namespace

class TestAddressChoice : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void order_data()
    {
        QTest::addColumn<QString>("found");
        QTest::addColumn<QString>("preferred");
        QTest::addColumn<QString>("order");
        const auto row = [](const char *name, const QString &found, const QString &preferred,
                            const QString &order) { QTest::newRow(name) << found << preferred << order; };
        row("none", {}, {}, {});
        row("one", u"10.0.0.1"_s, {}, u"10.0.0.1"_s);
        row("one family", u"10.0.0.1 10.0.0.2 10.0.0.3"_s, {}, u"10.0.0.1 10.0.0.2 10.0.0.3"_s);
        row("families in turn", u"::1 ::2 ::3 10.0.0.1 10.0.0.2"_s, {}, u"::1 10.0.0.1 ::2 10.0.0.2 ::3"_s);
        row("the first family first", u"10.0.0.1 10.0.0.2 ::1"_s, {}, u"10.0.0.1 ::1 10.0.0.2"_s);
        row("preferred", u"10.0.0.1 10.0.0.2 10.0.0.3"_s, u"10.0.0.3"_s, u"10.0.0.3 10.0.0.1 10.0.0.2"_s);
        row("preferred, then the other family", u"::1 ::2 10.0.0.1 10.0.0.2"_s, u"::2"_s,
            u"::2 10.0.0.1 ::1 10.0.0.2"_s);
        row("preferred of the other family", u"::1 ::2 10.0.0.1 10.0.0.2"_s, u"10.0.0.2"_s,
            u"10.0.0.2 ::1 10.0.0.1 ::2"_s);
        row("preferred is gone", u"10.0.0.1 10.0.0.2"_s, u"10.0.0.3"_s, u"10.0.0.1 10.0.0.2"_s);
        row("no more than eight", u"::1 ::2 ::3 ::4 ::5 ::6 ::7 ::8 ::9 10.0.0.1"_s, {},
            u"::1 10.0.0.1 ::2 ::3 ::4 ::5 ::6 ::7"_s);
    }
    void order()
    {
        QFETCH(QString, found);
        QFETCH(QString, preferred);
        QFETCH(QString, order);
        const QHostAddress first = preferred.isEmpty() ? QHostAddress() : QHostAddress(preferred);
        QCOMPARE(connectOrder(addresses(found), first), addresses(order));
    }

    void memoryIsBounded()
    {
        AddressMemory memory;
        QVERIFY(memory.of(u"a"_s).isNull());
        for (int i = 0; i < AddressMemory::kMostNames; ++i)
            memory.remember(QString::number(i), QHostAddress(u"10.0.0.1"_s));
        memory.remember(u"0"_s, QHostAddress(u"10.0.0.2"_s));
        QCOMPARE(memory.of(u"0"_s), QHostAddress(u"10.0.0.2"_s));
        QVERIFY(!memory.of(u"1"_s).isNull());
        memory.remember(u"one more"_s, QHostAddress(u"10.0.0.3"_s));
        QVERIFY(memory.of(u"0"_s).isNull());
        QCOMPARE(memory.of(u"one more"_s), QHostAddress(u"10.0.0.3"_s));
    }
};

HOLDLINE_TEST(TestAddressChoice)
#include "tst_addresschoice.moc"
