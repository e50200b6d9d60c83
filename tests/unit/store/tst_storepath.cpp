// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/storepath.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;

class TestStorePath : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void usual_data();
    void usual();
};

void TestStorePath::usual_data()
{
    QTest::addColumn<QString>("service");
    QTest::addColumn<QString>("user");
    QTest::addColumn<QString>("home");
    QTest::addColumn<QString>("expected");
    QTest::newRow("service") << u"/var/lib/holdline"_s << u"/s"_s << u"/h"_s
                             << u"/var/lib/holdline/holdline.db"_s;
    QTest::newRow("several") << u"/var/lib/a:/var/lib/b"_s << QString() << QString()
                             << u"/var/lib/a/holdline.db"_s;
    QTest::newRow("user") << QString() << u"/s"_s << u"/h"_s << u"/s/holdline/holdline.db"_s;
    QTest::newRow("home") << QString() << QString() << u"/h"_s << u"/h/.local/state/holdline/holdline.db"_s;
    QTest::newRow("relative") << u"here"_s << u"there"_s << u"/h"_s
                              << u"/h/.local/state/holdline/holdline.db"_s;
    QTest::newRow("none") << QString() << QString() << QString() << QString();
}

void TestStorePath::usual()
{
    QFETCH(QString, service);
    QFETCH(QString, user);
    QFETCH(QString, home);
    QProcessEnvironment environment;
    for (const auto &[name, value] : {std::pair(u"STATE_DIRECTORY"_s, service),
                                      std::pair(u"XDG_STATE_HOME"_s, user), std::pair(u"HOME"_s, home)}) {
        if (!value.isEmpty())
            environment.insert(name, value);
    }
    QTEST(usualStorePath(environment), "expected");
}

HOLDLINE_TEST(TestStorePath)
#include "tst_storepath.moc"
