// SPDX-License-Identifier: GPL-3.0-or-later
// Checks that the source folders include each other only as resources/docs/architecture.md says.
#include "tests/support/suite.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QMap>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

#include <algorithm>
#include <vector>

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kMaxHeaderLines = 250;
constexpr qsizetype kMaxSourcesOfAClass = 2;

struct Room
{
    const char *folder;
    const char *mayInclude;  ///< folders that this folder may include, separated by blanks; each is above it
                             ///< in the list
};

/// Every folder of the product. Because of the order no two folders can include each other.
constexpr Room kRooms[] = {
    {"core/base", ""},
    {"core/json", "core/base"},
    {"core/job", "core/base"},
    {"core/httpvalues", "core/base core/json"},
    {"core/proof", "core/base core/json"},
    {"core/config", "core/base"},
    {"core/profile", "core/base core/json core/httpvalues core/job core/config"},
    {"core/routing", "core/base core/json core/httpvalues core/job core/config core/profile"},
    {"core/eventloop", "core/base core/config"},
    {"core/telemetry", "core/base core/job core/config"},
    {"core/monitormessages", "core/base core/json core/job core/telemetry"},

    {"service/http", "core/base core/httpvalues core/job core/eventloop core/telemetry"},
    {"service/httpclient",
     "core/base core/httpvalues core/config core/eventloop core/telemetry service/http"},
    {"service/holdline/ports", "core/base core/job core/profile core/telemetry service/http"},
    {"service/holdline/credentials",
     "core/base core/httpvalues core/job core/profile core/routing core/eventloop core/telemetry "
     "service/holdline/ports"},
    {"service/holdline/apis",
     "core/base core/job core/config core/profile core/routing service/http service/holdline/ports"},
    {"service/holdline/answers",
     "core/base core/json core/httpvalues core/job core/telemetry service/http service/holdline/ports"},
    {"service/holdline/jobs",
     "core/base core/httpvalues core/job core/profile core/config core/eventloop core/telemetry service/http "
     "service/holdline/ports service/holdline/credentials service/holdline/apis service/holdline/answers"},
    {"service/holdline/deadletters",
     "core/base core/job core/telemetry service/http service/holdline/ports service/holdline/apis "
     "service/holdline/jobs"},
    {"service/holdline/httpserver", "core/base core/job core/telemetry service/http service/holdline/ports"},
    {"service/holdline/jobsapi",
     "core/base core/json core/httpvalues core/job core/telemetry service/http service/holdline/ports "
     "service/holdline/answers service/holdline/httpserver"},
    {"service/holdline/routes",
     "core/base core/json core/job core/telemetry service/http service/holdline/ports service/holdline/apis "
     "service/holdline/deadletters "
     "service/holdline/httpserver service/holdline/jobsapi"},
    {"service/holdline/store",
     "core/base core/job core/config core/eventloop core/telemetry service/holdline/ports"},
    {"service/holdline/upstream",
     "core/base core/httpvalues core/job core/profile core/config core/eventloop core/telemetry service/http "
     "service/httpclient service/holdline/ports"},
    {"service/holdline/monitorfeed",
     "core/base core/job core/config core/telemetry core/monitormessages service/http service/holdline/ports "
     "service/holdline/jobs"},
    {"service/holdline/shards",
     "core/base core/httpvalues core/job core/profile core/routing core/config core/eventloop core/telemetry "
     "service/http "
     "service/httpclient service/holdline/ports service/holdline/credentials service/holdline/apis "
     "service/holdline/answers service/holdline/jobs "
     "service/holdline/deadletters service/holdline/httpserver service/holdline/jobsapi "
     "service/holdline/routes service/holdline/store service/holdline/upstream service/holdline/monitorfeed"},
    {"service/holdline/monitorserver",
     "core/base core/job core/config core/telemetry core/monitormessages service/holdline/deadletters "
     "service/holdline/monitorfeed service/holdline/shards"},
    {"service/holdline/tools",
     "core/base core/httpvalues core/job core/config core/profile core/routing service/http "
     "service/httpclient service/holdline/ports service/holdline/credentials service/holdline/apis "
     "service/holdline/answers "
     "service/holdline/jobs service/holdline/upstream"},
    {"service/holdline",
     "core/base core/config core/routing core/eventloop core/telemetry service/http service/holdline/tools "
     "service/holdline/deadletters "
     "service/holdline/routes "
     "service/holdline/store service/holdline/upstream service/holdline/shards "
     "service/holdline/monitorserver"},
    {"service/jobserver",
     "core/base core/json core/proof core/config core/profile core/routing core/eventloop service/http "
     "service/httpclient"},
    {"service/jobclient", "core/base core/json core/proof core/config core/eventloop service/http"},

    {"monitor/data", "core/base core/json core/job core/config core/telemetry core/monitormessages"},
    {"monitor/client", "core/base core/json core/monitormessages monitor/data"},
    {"monitor/charts", "core/base core/telemetry core/monitormessages monitor/data"},
    {"monitor/tables", "core/base core/json core/telemetry core/monitormessages monitor/data monitor/charts"},
    {"monitor/window",
     "core/base core/json core/config core/telemetry core/monitormessages monitor/data monitor/client "
     "monitor/charts monitor/tables"},
    {"monitor", "core/base core/config monitor/charts monitor/window"},
};

QStringList words(const char *text)
{
    return QString::fromLatin1(text).split(u' ', Qt::SkipEmptyParts);
}

QString folderOf(const QString &path)
{
    return path.first(std::max<qsizetype>(path.lastIndexOf(u'/'), 0));
}

QString nameOf(const QString &path)
{
    return path.sliced(path.lastIndexOf(u'/') + 1);
}

/// Returns the text of the product's headers and sources, by path relative to the project's folder.
QMap<QString, QString> readSources()
{
    QMap<QString, QString> sources;
    const QDir root(QStringLiteral(HOLDLINE_SOURCE_DIR));
    for (const QString &top : {u"core"_s, u"service"_s, u"monitor"_s}) {
        QDirIterator it(root.filePath(top), {u"*.h"_s, u"*.cpp"_s}, QDir::Files,
                        QDirIterator::Subdirectories);
        while (it.hasNext()) {
            QFile file(it.next());
            if (file.open(QIODevice::ReadOnly))
                sources.insert(root.relativeFilePath(file.fileName()), QString::fromUtf8(file.readAll()));
        }
    }
    return sources;
}

/// Prints every entry and fails when the list is not empty.
void mustBeEmpty(const QStringList &wrong)
{
    for (const QString &one : wrong)
        qWarning("%s", qPrintable(one));
    QVERIFY2(wrong.isEmpty(), "the warnings say what");
}

}  // namespace

class TestLayers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyFolderStandsBelowWhatItIncludes();
    void includesGoOneWay();
    void noNameIsThereTwice();
    void headersAreShort();
    void aClassIsInTwoFilesAtMost();
    void everyProgramOpensItsStandardStreamsFirst();
    void theServiceHasTwoPartsAtItsTop();
    void latin1LiteralsAreAscii();

private:
    QMap<QString, QString> m_sources;  ///< text by path
};

void TestLayers::initTestCase()
{
    m_sources = readSources();
    QVERIFY(m_sources.size() > 100);
}

void TestLayers::everyFolderStandsBelowWhatItIncludes()
{
    QStringList above;
    QStringList wrong;
    for (const Room &room : kRooms) {
        for (const QString &folder : words(room.mayInclude)) {
            if (!above.contains(folder))
                wrong += u"%1 does not stand below %2"_s.arg(QLatin1StringView(room.folder), folder);
        }
        above += QString::fromLatin1(room.folder);
    }
    mustBeEmpty(wrong);
}

void TestLayers::includesGoOneWay()
{
    QMap<QString, QStringList> allowed;
    for (const Room &room : kRooms)
        allowed.insert(QString::fromLatin1(room.folder), words(room.mayInclude));
    static const QRegularExpression include(u"^#include \"([^\"]+/[^\"]+)\""_s,
                                            QRegularExpression::MultilineOption);
    QStringList wrong;
    for (auto it = m_sources.cbegin(); it != m_sources.cend(); ++it) {
        const QString folder = folderOf(it.key());
        if (!allowed.contains(folder))
            wrong += u"%1: no rule for this folder"_s.arg(it.key());
        for (const auto &match : include.globalMatch(it.value())) {
            const QString included = folderOf(match.captured(1));
            if (included != folder && !allowed[folder].contains(included))
                wrong += u"%1 includes %2"_s.arg(it.key(), match.captured(1));
        }
    }
    mustBeEmpty(wrong);
}

void TestLayers::noNameIsThereTwice()
{
    QMap<QString, QString> headers;
    QMap<QString, QString> folders;
    QStringList wrong;
    const auto add = [&wrong](QMap<QString, QString> &known, const QString &path) {
        const QString other = known.value(nameOf(path), path);
        if (other != path)
            wrong += u"%1 and %2"_s.arg(other, path);
        known.insert(nameOf(path), path);
    };
    for (const QString &path : m_sources.keys()) {
        add(folders, folderOf(path));
        if (path.endsWith(".h"_L1))
            add(headers, path);
    }
    mustBeEmpty(wrong);
}

void TestLayers::headersAreShort()
{
    QStringList wrong;
    for (auto it = m_sources.cbegin(); it != m_sources.cend(); ++it) {
        const qsizetype lines = it.value().count(u'\n');
        if (it.key().endsWith(".h"_L1) && lines > kMaxHeaderLines)
            wrong += u"%1 has %2 lines"_s.arg(it.key()).arg(lines);
    }
    mustBeEmpty(wrong);
}

void TestLayers::aClassIsInTwoFilesAtMost()
{
    // Matches the first line of a definition: "bool Class::function(".
    static const QRegularExpression definition(u"^(?=\\S)(?:[\\w:<>,&* ]*[ &*])?(\\w+)::[~\\w]+\\("_s,
                                               QRegularExpression::MultilineOption);
    QMap<QString, QSet<QString>> files;  // source files of each class, by its folder and name
    for (auto it = m_sources.cbegin(); it != m_sources.cend(); ++it) {
        for (const auto &match : definition.globalMatch(it.value())) {
            if (it.key().endsWith(".cpp"_L1))
                files[folderOf(it.key()) + u'/' + match.captured(1)].insert(nameOf(it.key()));
        }
    }
    QVERIFY(files.size() > 50);
    QStringList wrong;
    for (auto it = files.cbegin(); it != files.cend(); ++it) {
        QStringList names = it->values();
        names.sort();
        if (names.size() > kMaxSourcesOfAClass)
            wrong += u"%1: %2"_s.arg(it.key(), names.join(u", "_s));
    }
    mustBeEmpty(wrong);
}

/// In each main(), descriptors 0 to 2 must be open before the program opens anything else.
void TestLayers::everyProgramOpensItsStandardStreamsFirst()
{
    QMap<QString, QString> programs = m_sources;
    for (const QString &name :
         {u"tests/crash/main.cpp"_s, u"tests/bench/main.cpp"_s, u"tests/bench/monitorload/main.cpp"_s}) {
        QFile file(QStringLiteral(HOLDLINE_SOURCE_DIR) + u'/' + name);
        QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(name));
        programs.insert(name, QString::fromUtf8(file.readAll()));
    }
    QStringList wrong;
    int found = 0;
    for (auto it = programs.cbegin(); it != programs.cend(); ++it) {
        if (!it.value().contains(u"\nint main("_s))
            continue;
        ++found;
        if (!it.value().contains(u"\nint main(int argc, char **argv)\n{\n    openStandardStreams();\n"_s))
            wrong += it.key();
    }
    mustBeEmpty(wrong);
    QCOMPARE(found, 7);
}

/// Latin-1 literals must contain only ASCII. The sources are UTF-8, so any other character would become two
/// or three wrong characters.
void TestLayers::latin1LiteralsAreAscii()
{
    static const QRegularExpression literal(uR"re("(?:[^"\\]|\\.)*[^\x00-\x7F](?:[^"\\]|\\.)*"_L1)re"_s);
    QVERIFY(literal.match(u"u\"…\"_s, \"{now:…}\"_L1"_s).hasMatch());
    QStringList wrong;
    for (auto source = m_sources.begin(); source != m_sources.end(); ++source) {
        if (const auto found = literal.match(source.value()); found.hasMatch())
            wrong += u"%1: %2"_s.arg(source.key(), found.captured());
    }
    mustBeEmpty(wrong);
}

void TestLayers::theServiceHasTwoPartsAtItsTop()
{
    QStringList files;
    for (const QString &path : m_sources.keys()) {
        if (folderOf(path) == "service/holdline"_L1)
            files += nameOf(path);
    }
    QCOMPARE(files, QStringList({u"main.cpp"_s, u"service.cpp"_s, u"service.h"_s}));
}

HOLDLINE_TEST(TestLayers)
#include "tst_layers.moc"
