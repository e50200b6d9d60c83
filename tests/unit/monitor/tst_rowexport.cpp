// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/monitormessages/monitorcodec.h"
#include "monitor/data/callbackstable.h"
#include "monitor/data/jobstable.h"
#include "monitor/data/lanestable.h"
#include "monitor/tables/rowexport.h"
#include "tests/support/suite.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

#include <numeric>

using namespace holdline;
using namespace holdline::monitor;
using namespace Qt::StringLiterals;

namespace {

const WallTime kNow(Milliseconds(1'700'000'000'123));

JobRow job(const QByteArray &id, const QByteArray &account)
{
    JobRow row;
    row.id = id;
    row.account = account;
    row.created = kNow;
    row.deadline = kNow + std::chrono::seconds(30);
    row.state = RowState::Running;
    row.queue = Microseconds(1'500);
    row.attempts = 1;
    return row;
}

}  // namespace

class TestRowExport : public QObject
{
    Q_OBJECT

    LiveData m_data;
    std::unique_ptr<JobsTable> m_table;

    void fill(const std::vector<JobRow> &rows)
    {
        m_data.clear();
        Update update;
        update.kind = Update::Kind::Snapshot;
        update.part = 1;
        update.last = true;
        update.at = kNow;
        update.jobs = rows;
        m_data.apply(update);
        m_table = std::make_unique<JobsTable>(m_data);
        m_table->sort(m_table->columnOf(Field::Job), Qt::AscendingOrder);
        QTRY_COMPARE(m_table->shownCount(), static_cast<int>(rows.size()));
    }
    QByteArray text(TableFormat format, const std::vector<Field> &fields)
    {
        std::vector<int> rows(static_cast<std::size_t>(m_table->shownCount()));
        std::iota(rows.begin(), rows.end(), 0);
        std::vector<int> columns;
        for (const Field field : fields)
            columns.push_back(m_table->columnOf(field));
        return rowsAsText(*m_table, rows, columns, format);
    }

private Q_SLOTS:
    void csv()
    {
        fill({job("a", "acme"), job("b", "with, comma"), job("c", "with \"quotes\"")});
        QCOMPARE(text(TableFormat::Csv,
                      {Field::Job, Field::Account, Field::Queue, Field::Attempts, Field::Started}),
                 "job,account,queue_ms,attempts,started\r\n"
                 "a,acme,1.500,1,2023-11-14T22:13:20.123Z\r\n"
                 "b,\"with, comma\",1.500,1,2023-11-14T22:13:20.123Z\r\n"
                 "c,\"with \"\"quotes\"\"\",1.500,1,2023-11-14T22:13:20.123Z\r\n");
    }

    /// Account names come from outside. A spreadsheet would run some of them as formulas.
    void formulasAreDefused_data()
    {
        QTest::addColumn<QByteArray>("account");
        QTest::addColumn<QByteArray>("cell");
        QTest::newRow("=") << QByteArray("=cmd|' /C calc'!A0") << QByteArray("'=cmd|' /C calc'!A0");
        QTest::newRow("+") << QByteArray("+1") << QByteArray("'+1");
        QTest::newRow("-") << QByteArray("-1") << QByteArray("'-1");
        QTest::newRow("@") << QByteArray("@SUM(1)") << QByteArray("'@SUM(1)");
        QTest::newRow("inside") << QByteArray("a=b") << QByteArray("a=b");
    }
    void formulasAreDefused()
    {
        QFETCH(QByteArray, account);
        QFETCH(QByteArray, cell);
        fill({job("a", account)});
        QCOMPARE(text(TableFormat::Csv, {Field::Account}), "account\r\n" + cell + "\r\n");
    }

    void tsvIsOneLineARow()
    {
        fill({job("a", "tab\there"), job("b", "plain")});
        QCOMPARE(text(TableFormat::Tsv, {Field::Job, Field::Account}),
                 "job\taccount\na\ttab here\nb\tplain\n");
    }

    void emptyCellsStayEmpty()
    {
        fill({job("a", "acme")});
        QCOMPARE(text(TableFormat::Csv, {Field::Job, Field::Start, Field::Upstream}),
                 "job,start_ms,upstream\r\na,,\r\n");
    }

    void jsonIsWholeRows()
    {
        fill({job("a", "acme"), job("b", "other")});
        const QJsonArray rows = QJsonDocument::fromJson(text(TableFormat::Json, {Field::Job})).array();
        QCOMPARE(rows.size(), 2);
        QCOMPARE(QJsonDocument(rows[1].toObject()), QJsonDocument::fromJson(encodeRow(job("b", "other"))));
        fill({});
        QVERIFY(QJsonDocument::fromJson(text(TableFormat::Json, {Field::Job})).array().isEmpty());
    }

    void aSinkThatRefusesEndsIt()
    {
        std::vector<JobRow> rows;
        for (int i = 0; i < 5000; ++i)
            rows.push_back(job(QByteArray::number(i), QByteArray(200, 'x')));
        fill(rows);
        std::vector<int> all(rows.size());
        std::iota(all.begin(), all.end(), 0);
        const std::vector<int> columns{m_table->columnOf(Field::Account)};
        int calls = 0;
        QVERIFY(!exportRows(*m_table, all, columns, TableFormat::Csv,
                            [&](const QByteArray &) { return ++calls < 2; }));
        QCOMPARE(calls, 2);
    }

    /// A shell must read the copied text as one argument for any account.
    void curlSurvivesAShell_data()
    {
        QTest::addColumn<QByteArray>("account");
        for (const char *account :
             {"acme", "it's", "\"quoted\" \\ $HOME `id` $(id)", "a b;c&d|e>f", "\xC3\xA9"})
            QTest::newRow(account) << QByteArray(account);
    }
    void curlSurvivesAShell()
    {
        QFETCH(QByteArray, account);
        QByteArray command = curlCommand(account, "127.0.0.1:3738");
        QVERIFY(command.startsWith("curl "));
        QVERIFY(command.endsWith(" http://127.0.0.1:3738/start"));
        command.replace(0, 4, "printf '%s\\n'");
        QProcess shell;
        shell.start(u"/bin/sh"_s, {u"-c"_s, QString::fromUtf8(command)});
        QVERIFY(shell.waitForFinished());
        const QList<QByteArray> words = shell.readAllStandardOutput().split('\n');
        const auto body = words.indexOf("-d") + 1;
        QVERIFY(body > 0);
        QCOMPARE(QJsonDocument::fromJson(words[body])["account"_L1].toString().toUtf8(), account);
    }

    void curlReachesServicesThatListenEverywhere()
    {
        QVERIFY(curlCommand("a", "0.0.0.0:3738").endsWith(" http://127.0.0.1:3738/start"));
        QVERIFY(curlCommand("a", "[::]:3738").endsWith(" http://[::1]:3738/start"));
        QVERIFY(curlCommand("a", "[fe80::1]:80").endsWith(" http://[fe80::1]:80/start"));
    }

    void lanesAndCallbacks()
    {
        m_data.clear();
        Update update;
        update.at = kNow;
        update.lanes = {{"acme", 3, 1, Microseconds(6500), Microseconds(19'500), true}};
        update.callbacks = {{kNow, CallbackOutcome::Late, "a", "u1", "127.0.0.1", 80}};
        m_data.apply(update);
        LanesTable lanes(m_data);
        CallbacksTable callbacks(m_data);
        QTRY_COMPARE(lanes.shownCount(), 1);
        QTRY_COMPARE(callbacks.shownCount(), 1);
        const std::vector<int> first{0};
        QCOMPARE(
            QJsonDocument::fromJson(rowsAsText(lanes, first, {}, TableFormat::Json)).array()[0].toObject(),
            QJsonDocument::fromJson(encodeRow(update.lanes[0])).object());
        QCOMPARE(QJsonDocument::fromJson(rowsAsText(callbacks, first, {}, TableFormat::Json))
                     .array()[0]
                     .toObject(),
                 QJsonDocument::fromJson(encodeRow(update.callbacks[0])).object());
        const std::vector<int> columns{callbacks.columnOf(Field::At), callbacks.columnOf(Field::Outcome)};
        QCOMPARE(rowsAsText(callbacks, first, columns, TableFormat::Csv),
                 "at,outcome\r\n2023-11-14T22:13:20.123Z,late\r\n");
    }
};

HOLDLINE_TEST(TestRowExport)
#include "tst_rowexport.moc"
