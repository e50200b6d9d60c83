// SPDX-License-Identifier: GPL-3.0-or-later
// What the README says must be true: its tables are checked against the code.
#include "core/config/configtext.h"
#include "core/job/jobmachine.h"
#include "core/job/reason.h"

#include <QFile>
#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;

class TestReadme : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QFile file(QStringLiteral(HOLDLINE_SOURCE_DIR "/README.md"));
        QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.errorString()));
        m_readme = QString::fromUtf8(file.readAll());
    }

    void configurationTable()
    {
        const QString begin = u"compared by tst_readme -->\n"_s;
        const qsizetype from = m_readme.indexOf(begin) + begin.size();
        const qsizetype to = m_readme.indexOf(u"<!-- end of options -->"_s);
        QVERIFY(from >= begin.size() && to > from);
        QCOMPARE(m_readme.mid(from, to - from).trimmed(), optionsMarkdown().trimmed());
    }

    void everyReasonIsExplained()
    {
        for (int i = 0; i < kReasonCount; ++i) {
            const auto reason = static_cast<Reason>(i);
            // This one never reaches a client in the course of the service's normal life.
            if (reason == Reason::InternalError)
                continue;
            const QString quoted = u"`"_s + name(reason) + u"`"_s;
            QVERIFY2(m_readme.contains(quoted), qPrintable(quoted));
        }
    }

    void everyCallbackWordIsExplained()
    {
        for (int i = 1; i < kCallbackOutcomeCount; ++i) {
            const QString quoted = u"`"_s + name(static_cast<CallbackOutcome>(i)) + u"`"_s;
            QVERIFY2(m_readme.contains(quoted), qPrintable(quoted));
        }
    }

private:
    QString m_readme;
};

QTEST_APPLESS_MAIN(TestReadme)
#include "tst_readme.moc"
