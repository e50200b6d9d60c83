// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/data/format.h"
#include "monitor/tables/callbackspanel.h"
#include "monitor/tables/filterbar.h"
#include "monitor/tables/jobspanel.h"
#include "monitor/tables/lanespanel.h"
#include "tests/support/suite.h"

#include <QAction>
#include <QClipboard>
#include <QHeaderView>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace holdline;
using namespace holdline::monitor;
using namespace Qt::StringLiterals;

namespace {

const WallTime kStart(Milliseconds(1'700'000'000'000));

JobRow job(int number, RowState state)
{
    JobRow row;
    row.id = "job-" + QByteArray::number(number);
    row.account = number % 2 == 0 ? "even" : "odd one";
    row.state = state;
    row.created = kStart + Milliseconds(number);
    row.deadline = row.created + std::chrono::seconds(30);
    row.attempts = 1;
    row.client = "127.0.0.1:5000";
    if (state == RowState::Ended) {
        row.outcome = number % 3 == 0 ? Reason::CallbackTimeout : Reason::Completed;
        row.status = reasonInfo(*row.outcome).status;
        row.total = Microseconds(1000 * number);
    }
    return row;
}

QAction *actionNamed(const QWidget &widget, const QString &text)
{
    for (QAction *action : widget.actions()) {
        if (action->text() == text)
            return action;
    }
    return nullptr;
}

QString visibleTextIn(const QWidget &widget)
{
    QStringList texts;
    for (const QLabel *label : widget.findChildren<QLabel *>()) {
        if (label->isVisible())
            texts << label->text();
    }
    return texts.join(u'\n');
}

}  // namespace

class TestTablePanels : public QObject
{
    Q_OBJECT

    std::unique_ptr<LiveData> m_data;
    std::unique_ptr<TimeSelection> m_selection;

    void apply(const std::vector<JobRow> &live, const std::vector<JobRow> &ended = {})
    {
        Update update;
        update.at = kStart;
        update.jobs = live;
        update.ended = ended;
        m_data->apply(update);
    }
    /// Applies ten live jobs in three states, and ten ended jobs.
    void applyTwenty()
    {
        std::vector<JobRow> live;
        std::vector<JobRow> ended;
        for (int i = 0; i < 10; ++i) {
            live.push_back(job(i, i < 5 ? RowState::Queued : i < 7 ? RowState::Starting : RowState::Running));
            ended.push_back(job(100 + i, RowState::Ended));
        }
        apply(live, ended);
    }
    static void show(QWidget &widget)
    {
        widget.resize(1200, 500);
        widget.show();
        QVERIFY(QTest::qWaitForWindowExposed(&widget));
    }

private Q_SLOTS:
    void init()
    {
        m_data = std::make_unique<LiveData>();
        m_selection = std::make_unique<TimeSelection>();
    }

    void handedOverHasAnEntryOfItsOwn()
    {
        JobsPanel panel(*m_data, m_selection.get());
        show(panel);
        std::vector<JobRow> live;
        for (int i = 0; i < 10; ++i) {
            live.push_back(job(i, i < 5 ? RowState::Queued : RowState::Running));
            live.back().durable = live.back().handedOver = i % 4 == 0;
        }
        apply(live);
        QTRY_COMPARE(panel.table().shownCount(), 10);
        QCOMPARE(m_data->handedOver(), 3);
        QCOMPARE(m_data->held(), 7);
        panel.sidebar().setCurrent(u"handed-over"_s);
        QCOMPARE(panel.sidebar().current(), u"handed-over"_s);
        QCOMPARE(panel.table().shownCount(), 3);
        panel.filterBar().setText(u"state:running"_s);
        QTRY_COMPARE(panel.table().shownCount(), 1);
        panel.filterBar().setText({});
        panel.sidebar().setCurrent({});
        QTRY_COMPARE(panel.table().shownCount(), 10);
    }

    void filterBarSaysWhatIsWrong()
    {
        const std::array fields{Field::Account, Field::Total, Field::State};
        FilterBar bar(fields);
        show(bar);
        auto *edit = bar.findChild<QLineEdit *>();
        QSignalSpy queries(&bar, &FilterBar::queryChanged);
        edit->setFocus();
        QTest::keyClicks(edit, u"account:acme"_s);
        QTRY_COMPARE(queries.size(), 1);
        QVERIFY(bar.error().isEmpty());
        const QColor good = edit->palette().color(QPalette::Base);

        QTest::keyClicks(edit, u" totl>3"_s);
        QVERIFY(!bar.error().isEmpty());
        QVERIFY2(bar.error().contains(u"14"_s),
                 qPrintable(bar.error()));  // the error's position, counted from 1
        QVERIFY(visibleTextIn(bar).contains(bar.error()));
        const QColor bad = edit->palette().color(QPalette::Base);
        QVERIFY(good != bad);
        QVERIFY(bad != bar.palette().color(QPalette::Base));
        // The last valid query stays.
        QCOMPARE(bar.query().toString(), u"account:acme"_s);

        QTest::keyClick(edit, Qt::Key_Escape);
        QCOMPARE(bar.text(), QString());
        QVERIFY(bar.query().isEmpty());
        QVERIFY(bar.error().isEmpty());
        QCOMPARE(edit->palette().color(QPalette::Base), bar.palette().color(QPalette::Base));
    }

    void filterBarOffersFields()
    {
        const std::array fields{Field::Account, Field::Total, Field::State};
        FilterBar bar(fields);
        show(bar);
        auto *edit = bar.findChild<QLineEdit *>();
        edit->setFocus();
        QTest::keyClicks(edit, u"-acc"_s);
        QWidget *popup = nullptr;
        QTRY_VERIFY((popup = QApplication::activePopupWidget()) != nullptr);
        QTest::keyClick(popup, Qt::Key_Down);
        QTest::keyClick(popup, Qt::Key_Return);
        QTRY_COMPARE(bar.text(), u"-account:"_s);
    }

    void countsAreWordsAndGroups()
    {
        const std::array fields{Field::Account};
        FilterBar bar(fields);
        show(bar);
        bar.setCounts(12, 8431);
        QVERIFY2(visibleTextIn(bar).contains(u"12 of %1"_s.arg(formatCount(8431))),
                 qPrintable(visibleTextIn(bar)));
        bar.setCounts(8431, 8431);
        QVERIFY(!visibleTextIn(bar).contains(u" of "_s));
    }

    void sidebarNarrowsToAState()
    {
        JobsPanel panel(*m_data, m_selection.get());
        show(panel);
        applyTwenty();
        QTRY_COMPARE(panel.table().shownCount(), 10);
        panel.sidebar().setCurrent(u"queued"_s);
        QTRY_COMPARE(panel.table().shownCount(), 5);
        panel.sidebar().setCurrent(u"running"_s);
        QTRY_COMPARE(panel.table().shownCount(), 3);
        panel.sidebar().setCurrent({});
        QTRY_COMPARE(panel.table().shownCount(), 10);
        // Screen readers receive the counts, too.
        const QAbstractItemModel *entries = panel.sidebar().model();
        QTRY_VERIFY(entries->index(1, 0).data(Qt::AccessibleTextRole).toString().contains(u'5'));
    }

    void historyByOutcomeAndFilter()
    {
        HistoryPanel panel(*m_data, m_selection.get());
        show(panel);
        applyTwenty();
        QTRY_COMPARE(panel.table().shownCount(), 10);
        panel.sidebar().setCurrent(u"callback_timeout"_s);
        QTRY_COMPARE(panel.table().shownCount(), 3);  // 102, 105, 108
        panel.filterBar().setText(u"account=even"_s);
        QTRY_COMPARE(panel.table().shownCount(), 2);
        panel.sidebar().setCurrent({});
        QTRY_COMPARE(panel.table().shownCount(), 5);
    }

    void filterByTheCurrentCell()
    {
        JobsPanel panel(*m_data, m_selection.get());
        show(panel);
        applyTwenty();
        QTRY_COMPARE(panel.table().shownCount(), 10);
        const auto cellOf = [&](const QByteArray &id) {
            return panel.table().index(panel.table().rowOf(id), panel.table().columnOf(Field::Account));
        };
        panel.view().setCurrentIndex(cellOf("job-1"));
        actionNamed(panel, u"Show only rows with this value"_s)->trigger();
        QTRY_COMPARE(panel.table().shownCount(), 5);
        QVERIFY2(panel.filterBar().error().isEmpty(), qPrintable(panel.filterBar().text()));
        panel.filterBar().setText({});
        QTRY_COMPARE(panel.table().shownCount(), 10);
        panel.view().setCurrentIndex(cellOf("job-1"));
        actionNamed(panel, u"Hide rows with this value"_s)->trigger();
        QTRY_COMPARE(panel.table().shownCount(), 5);
        QCOMPARE(panel.table().rowOf("job-1"), -1);
    }

    void copying()
    {
        JobsPanel panel(*m_data, m_selection.get());
        show(panel);
        applyTwenty();
        QTRY_COMPARE(panel.table().shownCount(), 10);
        Update facts;
        facts.at = kStart;
        facts.service.emplace().listen = "127.0.0.1:3738";
        m_data->apply(facts);
        QTRY_VERIFY(m_data->service().has_value());
        panel.select("job-4");
        QCOMPARE(panel.currentId(), QByteArray("job-4"));
        const auto copied = [&](const char *action) {
            QGuiApplication::clipboard()->clear();
            actionNamed(panel, QString::fromLatin1(action))->trigger();
            return QGuiApplication::clipboard()->text();
        };
        QCOMPARE(copied("Copy ids"), u"job-4"_s);
        QCOMPARE(copied("Copy rows").count(u'\n'), 2);
        QVERIFY(copied("Copy rows").contains(u"job-4"_s));
        QCOMPARE(QJsonDocument::fromJson(copied("Copy as JSON").toUtf8())
                     .array()[0]
                     .toObject()["id"_L1]
                     .toString(),
                 u"job-4"_s);
        QCOMPARE(
            copied("Copy as curl"),
            u"curl -sS -X POST -H 'Content-Type: application/json' -d '{\"account\":\"even\"}' http://127.0.0.1:3738/start"_s);
    }

    /// Only the user's choice may emit jobSelected(), because the detail view shows that job and sends
    /// commands for it.
    void onlyAChoiceSelectsAJob()
    {
        JobsPanel panel(*m_data, m_selection.get());
        show(panel);
        applyTwenty();
        QTRY_COMPARE(panel.table().shownCount(), 10);
        QSignalSpy selected(&panel, &RecordPanel::jobSelected);
        panel.view().setFocus();
        QTRY_VERIFY(panel.view().hasFocus());
        QTRY_VERIFY(panel.view().currentIndex().isValid());
        QVERIFY(selected.isEmpty());
        const QByteArray first = panel.currentId();
        QTest::mouseClick(panel.view().viewport(), Qt::LeftButton, {},
                          panel.view().visualRect(panel.view().currentIndex()).center());
        QCOMPARE(selected.size(), 1);
        QCOMPARE(selected[0][0].toByteArray(), first);
        // When the job ends, its row is removed. No neighbouring row becomes the current one.
        apply({}, {job(first.mid(4).toInt(), RowState::Ended)});
        QTRY_COMPARE(panel.table().shownCount(), 9);
        for (qsizetype i = 1; i < selected.size(); ++i)
            QCOMPARE(selected[i][0].toByteArray(), QByteArray());
        QCOMPARE(panel.currentId(), QByteArray());
    }

    void cancelAndPauseByKey()
    {
        JobsPanel panel(*m_data, m_selection.get());
        show(panel);
        applyTwenty();
        QTRY_COMPARE(panel.table().shownCount(), 10);
        QSignalSpy cancels(&panel, &JobsPanel::cancelRequested);
        QSignalSpy pauses(&panel, &JobsPanel::pauseRequested);
        panel.view().setFocus();
        QTest::keyClick(&panel.view(), Qt::Key_Delete);
        panel.view().clearSelection();
        QVERIFY(cancels.isEmpty());
        panel.select("job-3");
        QTest::keyClick(&panel.view(), Qt::Key_Delete);
        QCOMPARE(cancels.size(), 1);
        QCOMPARE(cancels[0][0].value<QList<QByteArray>>(), QList<QByteArray>{"job-3"});
        QTest::keyClick(&panel.view(), Qt::Key_P, Qt::ControlModifier);
        QCOMPARE(pauses.size(), 1);
        QCOMPARE(pauses[0][0].toByteArray(), QByteArray("odd one"));
    }

    void emptyAndNothingMatches()
    {
        JobsPanel panel(*m_data, m_selection.get());
        panel.setNoDataText(u"No jobs yet."_s, u"Copy"_s);
        show(panel);
        QTRY_VERIFY(visibleTextIn(panel).contains(u"No jobs yet."_s));
        QSignalSpy pressed(&panel, &RecordPanel::noDataActionTriggered);
        const auto buttonNamed = [&](const QString &text) -> QPushButton * {
            for (QPushButton *button : panel.findChildren<QPushButton *>()) {
                if (button->isVisible() && button->text() == text)
                    return button;
            }
            return nullptr;
        };
        QTest::mouseClick(buttonNamed(u"Copy"_s), Qt::LeftButton);
        QCOMPARE(pressed.size(), 1);

        applyTwenty();
        QTRY_VERIFY(!visibleTextIn(panel).contains(u"No jobs yet."_s));
        panel.filterBar().setText(u"account=nobody"_s);
        QTRY_VERIFY2(visibleTextIn(panel).contains(u"None of 10 rows matches."_s),
                     qPrintable(visibleTextIn(panel)));
        QTRY_VERIFY(buttonNamed(u"Show all"_s));
        QTest::mouseClick(buttonNamed(u"Show all"_s), Qt::LeftButton);
        QTRY_COMPARE(panel.table().shownCount(), 10);
        QCOMPARE(panel.filterBar().text(), QString());
        QCOMPARE(pressed.size(), 1);
    }

    /// Each entry of the sidebar has its own columns and sort order, which the settings store.
    void columnsPerEntryAreRemembered()
    {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(u"s.ini"_s), QSettings::IniFormat);
        const auto check = [](JobsPanel &panel) {
            const auto sortedBy = [&] { return panel.view().header()->sortIndicatorSection(); };
            const int start = panel.table().columnOf(Field::Start);
            const int account = panel.table().columnOf(Field::Account);
            const int client = panel.table().columnOf(Field::Client);
            panel.sidebar().setCurrent(u"queued"_s);
            QCOMPARE(sortedBy(), account);
            QCOMPARE(panel.table().sortColumn(), account);
            QVERIFY(!panel.view().isColumnHidden(client));
            panel.sidebar().setCurrent(u"running"_s);
            QCOMPARE(sortedBy(), start);
            QCOMPARE(panel.table().sortColumn(), start);
            QVERIFY(panel.view().isColumnHidden(client));
        };
        {
            JobsPanel panel(*m_data, m_selection.get());
            show(panel);
            panel.sidebar().setCurrent(u"queued"_s);
            panel.view().sortByColumn(panel.table().columnOf(Field::Account), Qt::AscendingOrder);
            panel.view().setColumnHidden(panel.table().columnOf(Field::Client), false);
            panel.sidebar().setCurrent(u"running"_s);
            panel.view().sortByColumn(panel.table().columnOf(Field::Start), Qt::DescendingOrder);
            panel.view().setColumnHidden(panel.table().columnOf(Field::Client), true);
            check(panel);
            panel.filterBar().setText(u"odd"_s);
            panel.save(settings);
        }
        JobsPanel panel(*m_data, m_selection.get());
        show(panel);
        panel.restore(settings);
        QCOMPARE(panel.sidebar().current(), u"running"_s);
        QCOMPARE(panel.filterBar().text(), u"odd"_s);
        check(panel);
    }

    /// The oldest live job and the newest ended job come first. The view must not change this order.
    void sortedFromTheStart()
    {
        const JobsPanel jobs(*m_data, m_selection.get());
        QCOMPARE(jobs.table().sortColumn(), jobs.table().columnOf(Field::Age));
        QCOMPARE(jobs.table().sortOrder(), Qt::DescendingOrder);
        QCOMPARE(jobs.view().header()->sortIndicatorSection(), jobs.table().sortColumn());
        const HistoryPanel history(*m_data, m_selection.get());
        QCOMPARE(history.table().sortColumn(), history.table().columnOf(Field::Ended));
        QCOMPARE(history.table().sortOrder(), Qt::DescendingOrder);
    }

    void savedNonsenseGivesDefaults()
    {
        JobsPanel panel(*m_data, m_selection.get());
        show(panel);
        const std::vector<int> before = panel.view().shownColumns();
        panel.view().restoreColumns("nonsense");
        QCOMPARE(panel.view().shownColumns(), before);
        panel.view().restoreColumns({});
        QCOMPARE(panel.view().shownColumns(), before);
    }

    void exporting()
    {
        JobsPanel panel(*m_data, m_selection.get());
        show(panel);
        applyTwenty();
        panel.filterBar().setText(u"account=even"_s);
        QTRY_COMPARE(panel.table().shownCount(), 5);
        QTemporaryDir folder;
        const QString path = folder.filePath(u"jobs.csv"_s);
        QCOMPARE(panel.exportTo(path, TableFormat::Csv), QString());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll().count("\r\n"), 6);
        const QString error = panel.exportTo(folder.filePath(u"no/such/folder.csv"_s), TableFormat::Csv);
        QVERIFY2(error.contains(u"no/such/folder.csv"_s), qPrintable(error));
    }

    void lanesTellWhatToExpect()
    {
        QCOMPARE(LanesPanel::forecast({"a", 50, 1, Microseconds(38'000), Microseconds(1'900'000), false}),
                 u"50 queued jobs start within %1"_s.arg(formatDuration(Microseconds(1'900'000))));
        QCOMPARE(LanesPanel::forecast({"a", 0, 1, Microseconds(38'000), {}, false}), QString());
        QCOMPARE(LanesPanel::forecast({"a", 3, 0, {}, {}, false}), u"3 queued jobs"_s);
        QCOMPARE(LanesPanel::forecast({"a", 3, 0, {}, {}, true}), u"3 queued jobs, paused"_s);

        LanesPanel panel(*m_data, m_selection.get());
        show(panel);
        Update update;
        update.at = kStart;
        update.lanes = {{"a", 50, 1, Microseconds(38'000), Microseconds(1'900'000), false},
                        {"b", 0, 1, Microseconds(38'000), {}, false},
                        {"c", 2, 0, {}, {}, true}};
        m_data->apply(update);
        QTRY_COMPARE(panel.table().shownCount(), 3);
        panel.sidebar().setCurrent(u"waiting"_s);
        QTRY_COMPARE(panel.table().shownCount(), 2);
        panel.sidebar().setCurrent(u"paused"_s);
        QTRY_COMPARE(panel.table().shownCount(), 1);
        panel.sidebar().setCurrent({});
        QTRY_COMPARE(panel.table().shownCount(), 3);
        for (int row = 0; row < 3; ++row) {
            panel.view().setCurrentIndex(panel.table().index(row, 0));
            if (panel.table().idAt(row) == "a")
                QVERIFY2(visibleTextIn(panel).contains(u"50 queued jobs start within"_s),
                         qPrintable(visibleTextIn(panel)));
        }
    }

    void callbacksLeadToTheirJobs()
    {
        CallbacksPanel panel(*m_data, m_selection.get());
        show(panel);
        Update update;
        update.at = kStart;
        update.callbacks = {{kStart, CallbackOutcome::Matched, "job-1", "u1", "127.0.0.1", 10},
                            {kStart, CallbackOutcome::Unknown, {}, {}, "127.0.0.1", 20}};
        m_data->apply(update);
        QTRY_COMPARE(panel.table().shownCount(), 2);
        panel.sidebar().setCurrent(u"matched"_s);
        QTRY_COMPARE(panel.table().shownCount(), 1);
        QSignalSpy selected(&panel, &RecordPanel::jobSelected);
        panel.view().setCurrentIndex(panel.table().index(0, 0));
        QCOMPARE(selected.last()[0].toByteArray(), QByteArray("job-1"));
    }

    void everythingHasAName()
    {
        JobsPanel jobs(*m_data, m_selection.get());
        HistoryPanel history(*m_data, m_selection.get());
        LanesPanel lanes(*m_data, m_selection.get());
        CallbacksPanel callbacks(*m_data, m_selection.get());
        for (const RecordPanel *panel :
             std::initializer_list<const RecordPanel *>{&jobs, &history, &lanes, &callbacks}) {
            QVERIFY(!panel->view().accessibleName().isEmpty());
            QVERIFY(!panel->sidebar().accessibleName().isEmpty());
            QVERIFY(!panel->filterBar().findChild<QLineEdit *>()->accessibleName().isEmpty());
            QStringList shortcuts;
            for (const QAction *action : panel->actions()) {
                QVERIFY(!action->text().isEmpty());
                const QString keys = action->shortcut().toString();
                QVERIFY2(!keys.isEmpty() && !shortcuts.contains(keys), qPrintable(action->text()));
                shortcuts << keys;
            }
        }
    }
};

HOLDLINE_TEST(TestTablePanels)
#include "tst_tablepanels.moc"
