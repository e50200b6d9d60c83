// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/filterquery.h"
#include "monitor/data/format.h"
#include "monitor/data/jobcells.h"
#include "tests/support/suite.h"

#include <QDateTime>
#include <QTest>

#include <random>

using namespace holdline;
using namespace holdline::monitor;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr Field kFields[] = {Field::State,    Field::Job,       Field::Account, Field::Age,
                             Field::Queue,    Field::Running,   Field::Total,   Field::Attempts,
                             Field::Outcome,  Field::Status,    Field::Request, Field::Started,
                             Field::Deadline, Field::Position,  Field::Phase,   Field::Durable,
                             Field::Handed,   Field::Recovered, Field::Joined,  Field::Waiting};

/// Reads the fields of a single job.
class OneJob : public FieldReader
{
public:
    Cell read(Field field) const override { return jobCell(row, field, now, 3); }
    std::span<const Field> fields() const override { return kFields; }

    JobRow row = job();
    WallTime now{100s};

    static JobRow job()
    {
        JobRow row;
        row.id = "deadbeef";
        row.state = RowState::Running;
        row.account = "Acme|Süd \"x\\y";
        row.created = WallTime(98s);
        row.deadline = WallTime(110s);
        row.queue = 6500us;
        row.start = 250ms;
        row.attempts = 2;
        row.status = 502;
        row.durable = row.handedOver = true;
        row.joined = 2;
        return row;
    }
};

FilterQuery parsed(const QString &text)
{
    const auto result = FilterQuery::parse(text, kFields);
    if (const auto *error = std::get_if<FilterError>(&result))
        qFatal("%s: %s", qPrintable(text), qPrintable(error->text));
    return std::get<FilterQuery>(result);
}

}  // namespace

class TestFilterQuery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void matches_data();
    void matches();
    void errors_data();
    void errors();
    void errorNamesTheNearest();
    void allFieldsHaveNames();
    void writtenOut_data();
    void writtenOut();
    void volatileFields();
    void thisCell();
    void anyText();
    void formats_data();
    void formats();
    void clocks();
};

void TestFilterQuery::matches_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("holds");
    const auto row = [](const char *text, bool holds) {
        QTest::newRow(text) << QString::fromUtf8(text) << holds;
    };
    row("handed:yes", true);
    row("-handed:yes", false);
    row("handed=\"\"", false);
    row("recovered:yes", false);
    row("recovered=\"\"", true);
    row("joined>0", true);
    row("joined>2", false);
    row("waiting=0", true);
    row("yes", true);
    row("", true);
    row("   ", true);
    row("acme", true);
    row("ACME", true);
    row("acme running", true);
    row("acme queued", false);
    row("\"acme running\"", false);
    row("süd", true);
    row("SÜD", true);
    row("nord|süd", true);
    row("nord|west", false);
    row("-acme", false);
    row("-nord", true);
    row("\"SÜD \\\"x\\\\y\"", true);
    row("502", true);
    row("50", true);
    row("503", false);
    row("running", true);
    row("deadbeef", true);
    // A changing field matches only when its name is given. The age is 2.000 s.
    row("2.000", false);
    row("age:2", true);
    row("account:acme", true);
    row("Account:acme", true);
    row("job:acme", false);
    row("account=acme", false);
    row("account=\"Acme|Süd \\\"x\\\\y\"", true);
    row("account=\"acme|süd \\\"x\\\\y\"", false);
    row("state:run", true);
    row("state=run", false);
    row("state=running", true);
    row("state=queued|running", true);
    row("state:queued|retry", false);
    row("-state:queued|retry", true);
    row("status=502", true);
    row("status>=500", true);
    row("status>502", false);
    row("status<502", false);
    row("status<=502.5", true);
    row("attempts>1", true);
    row("attempts=2|3", true);
    row("queue>6", true);
    row("queue>6.5", false);
    row("queue>=6.5", true);
    row("queue=6500us", true);
    row("queue<0.1s", true);
    row("queue<1m", true);
    row("queue<1min", true);
    row("queue<1h", true);
    row("queue>6499us", true);
    row("queue>6499µs", true);
    row("age>=2s", true);
    row("age<2s", false);
    row("deadline>9s", true);
    row("deadline>-1s", true);
    row("deadline<-1s", false);
    row("position=3", true);
    row("phase>1s", true);
    // A comparison with a missing value is false, so the negated comparison is true.
    row("total>0", false);
    row("total<=1h", false);
    row("-total>0", true);
    row("total=\"\"", true);
    row("outcome=\"\"", true);
    row("account=\"\"", false);
    row("-account=\"\"", true);
    row("outcome:completed", false);
    row("jobtime=\"\"", true);
    row("running>1", false);
    // These texts contain no field: they have no field name before the sign, or are in quotes.
    row("127.0.0.1:80", false);
    row("\"account:acme\"", false);
    row("-", false);
    row("a-b", false);
}

void TestFilterQuery::matches()
{
    QFETCH(const QString, text);
    QFETCH(const bool, holds);
    if (text == u'-') {
        QVERIFY(std::holds_alternative<FilterError>(FilterQuery::parse(text, kFields)));
        return;
    }
    QCOMPARE(parsed(text).matches(OneJob()), holds);
}

void TestFilterQuery::errors_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("position");
    QTest::addColumn<int>("length");
    const auto row = [](const char *text, int position, int length) {
        QTest::newRow(text) << QString::fromUtf8(text) << position << length;
    };
    row("acme acount:x", 5, 6);
    row("http://x", 0, 4);
    row("upstream:x", 0, 8);  // this field has no such value
    row("account:", 7, 1);
    row("account: x", 8, 1);
    row("account:\"\"", 8, 2);
    row("\"\"", 0, 2);
    row("-", 0, 1);
    row("a - b", 2, 1);
    row("a|", 1, 1);
    row("|a", 0, 1);
    row("a||b", 2, 1);
    row("x \"open", 2, 5);
    row("account:\"open", 8, 5);
    row("ab\"cd\"", 2, 1);
    row("\"ab\"cd", 4, 1);
    row("account>5", 7, 1);
    row("account>=5", 7, 2);
    row("started<10:31", 7, 1);
    row("total>abc", 6, 3);
    row("total>5x", 6, 2);
    row("total>5 s", -1, 0);
    row("total>1.2.3", 6, 5);
    row("total>", 5, 1);
    row("total>1e5", 6, 3);
    row("total>inf", 6, 3);
    row("status=abc", 7, 3);
    row("status>5s", 7, 2);
    row("attempts>1|x", 11, 1);
}

void TestFilterQuery::errors()
{
    QFETCH(const QString, text);
    QFETCH(const int, position);
    QFETCH(const int, length);
    const auto result = FilterQuery::parse(text, kFields);
    const auto *error = std::get_if<FilterError>(&result);
    QCOMPARE(error != nullptr, position >= 0);
    if (!error)
        return;
    QCOMPARE(error->position, position);
    QCOMPARE(error->length, length);
    QVERIFY(!error->text.isEmpty());
}

void TestFilterQuery::errorNamesTheNearest()
{
    const auto result = FilterQuery::parse(u"acount:x"_s, kFields);
    const QString text = std::get<FilterError>(result).text;
    QVERIFY2(text.contains(u"“account”"), qPrintable(text));
}

void TestFilterQuery::allFieldsHaveNames()
{
    QCOMPARE(int(allFields().size()), kFieldCount);
    for (const Field field : allFields()) {
        const QString key = fieldInfo(field).key;
        QVERIFY(!key.isEmpty());
        QVERIFY(fieldNamed(key) == field);
        QVERIFY(fieldNamed(key.toUpper()) == field);
    }
    QVERIFY(fieldNamed(u"jobtime") == Field::Running);
    QVERIFY(fieldNamed(u"promised") == Field::Durable);
    QVERIFY(fieldNamed(u"word") == Field::Outcome);
    QVERIFY(!fieldNamed(u"") && !fieldNamed(u"jobtimes"));
}

void TestFilterQuery::writtenOut_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("written");
    const auto row = [](const char *text, const char *written) {
        QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(written);
    };
    row("", "");
    row("  a   b ", "a b");
    row("\"a\"", "a");
    row("\"a b\"", "\"a b\"");
    row("-\"-a\"", "-\"-a\"");
    row("\"a:b\"", "\"a:b\"");
    row("ACCOUNT:x|\"y|z\"", "account:x|\"y|z\"");
    row("jobtime>=5ms", "running>=5ms");
    row("total<5|7", "total<5|7");
    row("account=\"\"", "account=\"\"");
    row("account:\"=x\"", "account:\"=x\"");
    row("a\\b", "a\\b");
    row("\"a\\\\ b\"", "\"a\\\\ b\"");
}

void TestFilterQuery::writtenOut()
{
    QFETCH(const QString, text);
    QFETCH(const QString, written);
    QCOMPARE(parsed(text).toString(), written);
    QVERIFY(parsed(written) == parsed(text));
    QCOMPARE(parsed(text).isEmpty(), written.isEmpty());
}

void TestFilterQuery::volatileFields()
{
    QVERIFY(parsed(u"a age>1"_s).hasVolatileField());
    QVERIFY(parsed(u"-position:3"_s).hasVolatileField());
    QVERIFY(!parsed(u"a total>1 state:running"_s).hasVolatileField());
    QVERIFY(!FilterQuery().hasVolatileField());
}

/// The filter for a cell matches the cell's row, whatever bytes the cell contains.
void TestFilterQuery::thisCell()
{
    const QByteArray texts[] = {"a",  "a b", "\"", "\\", "\\\"", "a|b",     "=x",
                                "-x", "",    ":",  "ü",  "x\ty", "a\"b\\\\"};
    for (const QByteArray &text : texts) {
        OneJob one;
        one.row.account = text;
        const QString term = FilterQuery::termFor(Field::Account, one.read(Field::Account));
        QVERIFY2(parsed(term).matches(one), qPrintable(term));
        const QString other = FilterQuery::termFor(Field::Account, one.read(Field::Account), true);
        QVERIFY2(!parsed(other).matches(one), qPrintable(other));
        one.row.account += "z";
        QVERIFY2(!parsed(term).matches(one), qPrintable(term));
        QVERIFY2(parsed(other).matches(one), qPrintable(other));
    }
}

/// No text causes a crash. An accepted text survives writing and reading. An error position is inside the
/// text.
void TestFilterQuery::anyText()
{
    std::mt19937 random(1);
    const QStringList pieces{u"account"_s, u"total"_s, u"age"_s, u"state"_s, u"nothing"_s, u":"_s,
                             u"="_s,       u"<"_s,     u">"_s,   u"|"_s,     u"-"_s,       u"\""_s,
                             u"\\"_s,      u" "_s,     u"5"_s,   u"1.5"_s,   u"ms"_s,      u"s"_s,
                             u"ü"_s,       u"\t"_s,    u"𝄞"_s,   u"\0"_s,    u"x"_s};
    const OneJob one;
    int taken = 0;
    for (int i = 0; i < 100'000; ++i) {
        QString text;
        for (auto left = random() % 12; left > 0; --left)
            text += pieces[qsizetype(random() % std::size_t(pieces.size()))];
        if (random() % 4 == 0 && !text.isEmpty())
            text[qsizetype(random() % std::size_t(text.size()))] = QChar(ushort(random()));
        const auto result = FilterQuery::parse(text, kFields);
        if (const auto *error = std::get_if<FilterError>(&result)) {
            QVERIFY(error->position >= 0 && error->length >= 1);
            QVERIFY2(error->position + error->length <= text.size(), qPrintable(text));
            QVERIFY(!error->text.isEmpty());
            continue;
        }
        ++taken;
        const auto &query = std::get<FilterQuery>(result);
        const auto again = FilterQuery::parse(query.toString(), kFields);
        QVERIFY2(std::holds_alternative<FilterQuery>(again), qPrintable(text));
        QVERIFY2(std::get<FilterQuery>(again) == query, qPrintable(text));
        QCOMPARE(std::get<FilterQuery>(again).matches(one), query.matches(one));
    }
    QVERIFY(taken > 1000);
}

void TestFilterQuery::formats_data()
{
    QTest::addColumn<qint64>("us");
    QTest::addColumn<QString>("text");
    const auto row = [](qint64 us, const char *text) {
        QTest::newRow(text) << us << QString::fromUtf8(text);
    };
    row(0, "0.0 ms");
    row(300, "0.3 ms");
    row(6'500, "6.5 ms");
    row(9'949, "9.9 ms");
    row(9'950, "10 ms");
    row(128'400, "128 ms");
    row(999'499, "999 ms");
    row(999'500, "1.000 s");
    row(1'204'000, "1.204 s");
    row(59'999'000, "59.999 s");
    row(59'999'600, "1 m 00 s");
    row(125'000'000, "2 m 05 s");
    row(3'599'499'999, "59 m 59 s");
    row(3'599'500'000, "1 h 00 m");
    row(11'040'000'000, "3 h 04 m");
    row(-1'204'000, "−1.204 s");
}

void TestFilterQuery::formats()
{
    QFETCH(const qint64, us);
    QFETCH(const QString, text);
    const QLocale before;
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    const QString shown = formatDuration(Microseconds(us));
    const QString count = formatCount(8431);
    QLocale::setDefault(before);
    QCOMPARE(shown, text);
    QCOMPARE(count, u"8,431"_s);
    QVERIFY(!formatDuration(Microseconds::min()).isEmpty() && !formatDuration(Microseconds::max()).isEmpty());
    QCOMPARE(formatBytes(512), u"512 B"_s);
}

/// Compares the times with Qt's in summer, in winter and around the clock changes.
void TestFilterQuery::clocks()
{
    const QByteArray before = qgetenv("TZ");
    for (const char *zone : {"UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"}) {
        qputenv("TZ", zone);
        std::mt19937_64 random(1);
        // Fills the cache with another quarter of an hour than the one cached for the previous zone.
        formatClock(WallTime(Milliseconds(qint64(random() % 1'000'000'000))));
        for (int i = 0; i < 2000; ++i) {
            // Half of the times are near the clock change in Berlin in March 2024.
            const qint64 ms = i % 2 == 0 ? 1'711'846'800'000 - 3'600'000 + qint64(random() % 7'200'000)
                                         : qint64(random() % 4'000'000'000'000);
            const QDateTime time = QDateTime::fromMSecsSinceEpoch(ms);
            QCOMPARE(formatClockExact(WallTime(Milliseconds(ms))), time.toString(u"HH:mm:ss.zzz"));
            QCOMPARE(formatClock(WallTime(Milliseconds(ms))), time.toString(u"HH:mm:ss"));
        }
    }
    before.isNull() ? qunsetenv("TZ") : qputenv("TZ", before);
}

HOLDLINE_TEST(TestFilterQuery)
#include "tst_filterquery.moc"
