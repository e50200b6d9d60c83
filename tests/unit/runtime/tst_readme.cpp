// SPDX-License-Identifier: GPL-3.0-or-later
// Checks README.md and the pages in resources/docs. Compares their tables with the code, and their links with
// the files.
#include "core/config/configtext.h"
#include "core/job/jobmachine.h"
#include "core/job/reason.h"
#include "tests/support/suite.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

using namespace holdline;
using namespace Qt::StringLiterals;

namespace {

const QString kRoot = QStringLiteral(HOLDLINE_SOURCE_DIR);
const QString kBegin = u"<!-- options: "_s;
const QString kEnd = u"<!-- end of options -->"_s;

QString textOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// Returns the paths of the README and of every page in resources/docs.
QStringList pages()
{
    QStringList found{kRoot + u"/README.md"_s};
    QDirIterator it(kRoot + u"/resources/docs"_s, {u"*.md"_s}, QDir::Files, QDirIterator::Subdirectories);
    while (it.hasNext())
        found.append(it.next());
    return found;
}

/// Returns the anchors of a page's headings, as GitHub makes them.
QStringList anchorsOf(const QString &text)
{
    static const QRegularExpression heading(u"^#+ (.*)$"_s, QRegularExpression::MultilineOption);
    static const QRegularExpression dropped(u"[^\\w\\- ]"_s, QRegularExpression::UseUnicodePropertiesOption);
    QStringList anchors;
    auto headings = heading.globalMatch(text);
    while (headings.hasNext())
        anchors.append(headings.next().captured(1).toLower().remove(dropped).replace(u' ', u'-'));
    return anchors;
}

}  // namespace

class TestReadme : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// The README must stay short; details are in resources/docs.
    void readmeIsShort()
    {
        const QString readme = textOf(kRoot + u"/README.md"_s);
        QVERIFY(!readme.isEmpty());
        QVERIFY2(readme.count(u'\n') <= 130, qPrintable(QString::number(readme.count(u'\n'))));
        QVERIFY2(readme.toUtf8().size() <= 10'000, qPrintable(QString::number(readme.toUtf8().size())));
    }

    void linksLeadSomewhere()
    {
        static const QRegularExpression link(u"\\]\\(([^)\\s]+)\\)"_s);
        for (const QString &page : pages()) {
            const QString text = textOf(page);
            auto links = link.globalMatch(text);
            while (links.hasNext()) {
                const QString target = links.next().captured(1);
                if (target.contains(u"://"_s))
                    continue;
                const QString path = target.section(u'#', 0, 0);
                const QString fragment = target.section(u'#', 1);
                const QString file = path.isEmpty() ? page : QFileInfo(page).dir().filePath(path);
                const QString what = page.sliced(kRoot.size() + 1) + u": "_s + target;
                QVERIFY2(QFileInfo::exists(file), qPrintable(what));
                QVERIFY2(fragment.isEmpty() || anchorsOf(textOf(file)).contains(fragment), qPrintable(what));
            }
        }
    }

    void namedFilesAreThere()
    {
        static const QRegularExpression name(
            u"`((?:\\.ci|core|service|monitor|tests|resources)/[^`\\s]*)`"_s);
        for (const QString &page : pages()) {
            auto names = name.globalMatch(textOf(page));
            while (names.hasNext()) {
                const QString path = names.next().captured(1);
                QVERIFY2(QFileInfo::exists(kRoot + u'/' + path),
                         qPrintable(page.sliced(kRoot.size() + 1) + u": "_s + path));
            }
        }
    }

    /// With HOLDLINE_WRITE_DOCUMENTS set, this function writes the tables instead.
    void configurationTables()
    {
        const QString path = kRoot + u"/resources/docs/configuration.md"_s;
        const QString page = textOf(path);
        const qsizetype from = page.indexOf(u'\n', page.indexOf(kBegin)) + 1;
        const qsizetype to = page.indexOf(kEnd);
        QVERIFY(page.contains(kBegin) && to > from);
        const QString tables = u'\n' + optionsMarkdown() + u'\n';
        if (qEnvironmentVariableIsSet("HOLDLINE_WRITE_DOCUMENTS")) {
            QFile file(path);
            QVERIFY2(file.open(QIODevice::WriteOnly), qPrintable(file.errorString()));
            file.write((page.first(from) + tables + page.sliced(to)).toUtf8());
            return;
        }
        if (page.mid(from, to - from) != tables)
            QFAIL("resources/docs/configuration.md is stale: run this test with HOLDLINE_WRITE_DOCUMENTS=1");
    }

    void everyReasonIsExplained()
    {
        const QString reference = textOf(kRoot + u"/resources/docs/http.md"_s);
        for (int i = 0; i < kReasonCount; ++i) {
            const auto reason = static_cast<Reason>(i);
            // In normal operation a client never receives this reason.
            if (reason == Reason::InternalError)
                continue;
            const QString quoted = u"`"_s + name(reason) + u"`"_s;
            QVERIFY2(reference.contains(quoted), qPrintable(quoted));
        }
    }

    void everyCallbackWordIsExplained()
    {
        const QString reference = textOf(kRoot + u"/resources/docs/http.md"_s);
        for (int i = 1; i < kCallbackOutcomeCount; ++i) {
            const QString quoted = u"`"_s + name(static_cast<CallbackOutcome>(i)) + u"`"_s;
            QVERIFY2(reference.contains(quoted), qPrintable(quoted));
        }
    }
};

HOLDLINE_TEST(TestReadme)
#include "tst_readme.moc"
