// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/suite.h"
#include "tests/window/monitorfixture.h"

#include "core/monitormessages/monitorcodec.h"
#include "monitor/charts/palettes.h"
#include "monitor/tables/jobspanel.h"
#include "monitor/window/banner.h"
#include "monitor/window/draindialog.h"
#include "monitor/window/hintpage.h"
#include "monitor/window/jobdetailpanel.h"
#include "monitor/window/overviewpanel.h"
#include "monitor/window/recordingbar.h"
#include "monitor/window/shortcutsheet.h"
#include "monitor/window/tile.h"
#include "monitor/window/workspace.h"

#include <QAbstractButton>
#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QLocalServer>
#include <QLocalSocket>
#include <QMessageBox>
#include <QPushButton>
#include <QSlider>
#include <QStatusBar>
#include <QToolButton>

using namespace holdline;
using namespace holdline::monitor;
using namespace holdline::test;

namespace {

bool isKnown(MainWindow &window)
{
    return window.data().service().has_value();
}

Banner *banner(MainWindow &window, const QString &name)
{
    return window.findChild<Banner *>(u"banner."_s + name);
}

QString bannerText(MainWindow &window, const QString &name)
{
    const Banner *found = banner(window, name);
    return found->isVisible() ? found->shown().text : QString();
}

QString statusText(MainWindow &window, const QString &name)
{
    return window.findChild<QLabel *>(u"status."_s + name)->text();
}

HintPage &startPage(MainWindow &window)
{
    return *window.findChild<HintPage *>();
}

JobsPanel &jobsPanel(MainWindow &window)
{
    return *window.findChild<JobsPanel *>();
}

JobDetailPanel &detailPanel(MainWindow &window)
{
    return *window.findChild<JobDetailPanel *>();
}

/// Returns the tile of the Overview with this title.
Tile *tile(MainWindow &window, const QString &title)
{
    const auto tiles = window.findChildren<Tile *>();
    for (Tile *found : tiles) {
        if (found->accessibleName().startsWith(title + u':'))
            return found;
    }
    return nullptr;
}

bool says(const QWidget &widget, const QString &text)
{
    const auto labels = widget.findChildren<QLabel *>();
    return std::any_of(labels.begin(), labels.end(), [&](const QLabel *label) {
        return label->isVisible() && label->text().contains(text);
    });
}

QByteArray anyJob(MainWindow &window)
{
    return window.data().jobs().isEmpty() ? QByteArray() : window.data().jobs().begin().key();
}

/// A fake service that sends the given lines to each monitor.
class ScriptedMonitorServer
{
public:
    ScriptedMonitorServer(const QString &path, const QByteArray &lines)
    {
        QObject::connect(&m_server, &QLocalServer::newConnection, &m_server,
                         [this, lines] { m_server.nextPendingConnection()->write(lines); });
        QVERIFY(m_server.listen(path));
    }

private:
    QLocalServer m_server;
};

}  // namespace

/// Tests the whole window with a real service.
class TestMonitorWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_world = std::make_unique<MonitorWorld>(); }
    void cleanup() { m_world.reset(); }

    void attachesBeforeDuringAndAfterARun();
    void staysWhenTheServiceGoesAndComesBack();
    void saysThatNoPlaceIsKnown();
    void saysThatTheVersionIsAnother();
    void offersACommandWhileThereAreNoJobs();
    void freezesAndGoesOn();
    void pressesButtonsBySpace();
    void drainsAfterAQuestionWithNumbers();
    void cancelsOneAtOnceAndSeveralAfterAQuestion();
    void keepsAFailureUntilItIsDismissed();
    void pausesAndResumesALane();
    void followsAJobIntoTheHistory();
    void selectsTheOldest();
    void copiesWhatIsKnownOfAJob();
    void narrowsToARangeAndLetsGo();
    void recordsAndPlays();
    void remembersItsLayout();
    void hasEachKeyOnceOnItsSheet();
    void hasANameForEveryControl();
    void followsThePalette();

private:
    std::unique_ptr<MonitorWorld> m_world;
};

void TestMonitorWindow::attachesBeforeDuringAndAfterARun()
{
    MainWindow &before = m_world->open();
    QTRY_COMPARE(startPage(before).hint().title, u"No service there yet"_s);
    QVERIFY(startPage(before).isVisible());
    QVERIFY(startPage(before).hint().command.contains(m_world->socket()));

    m_world->start(MonitorWorld::slowJobs(3s));
    before.actions().retry->trigger();
    QTRY_VERIFY(isKnown(before));
    QTRY_VERIFY(before.workspace().isVisible());
    QTRY_COMPARE(statusText(before, u"state"_s), u"Live"_s);

    const LoadGenerator &load = m_world->load(50);
    QTRY_VERIFY(before.data().jobs().size() >= 10);
    MainWindow &during = m_world->open();
    QTRY_VERIFY(isKnown(during));
    QTRY_VERIFY(during.data().jobs().size() >= 10);
    QTRY_VERIFY(jobsPanel(during).table().rowCount() >= 10);

    QTRY_COMPARE_WITH_TIMEOUT(load.report().done(), 50, 20'000);
    MainWindow &after = m_world->open();
    for (MainWindow *window : {&before, &during, &after}) {
        QTRY_COMPARE(window->data().history().size(), 50U);
        QCOMPARE(window->data().jobs().size(), 0);
    }
    QTRY_COMPARE(tile(before, u"Held now"_s)->value(), u"0"_s);
    QTRY_COMPARE(tile(before, u"Held now"_s)->note().left(7), u"peak 50"_s);
    QTRY_COMPARE(tile(before, u"Callbacks"_s)->value(), u"50"_s);
}

void TestMonitorWindow::staysWhenTheServiceGoesAndComesBack()
{
    m_world->start();
    MainWindow &window = m_world->open();
    m_world->load(5);
    QTRY_COMPARE(window.data().history().size(), 5U);
    const QColor usual = window.workspace().palette().color(QPalette::Text);

    m_world->forgetLoads();
    m_world->stop();
    QTRY_VERIFY(bannerText(window, u"connection"_s).contains(u"Disconnected"_s));
    QTRY_VERIFY(bannerText(window, u"connection"_s).contains(u"as of"_s));
    QTRY_VERIFY(bannerText(window, u"connection"_s).contains(u"Next try"_s) ||
                bannerText(window, u"connection"_s).contains(u"Trying"_s) ||
                bannerText(window, u"connection"_s).contains(u"Attempt"_s));
    QCOMPARE(window.data().history().size(), 5U);
    QVERIFY(window.workspace().isVisible());
    QVERIFY(window.workspace().palette().color(QPalette::Text) != usual);
    QVERIFY(!window.actions().drain->isEnabled());

    m_world->start();
    window.actions().retry->trigger();
    QTRY_COMPARE(statusText(window, u"state"_s), u"Live"_s);
    QTRY_COMPARE(bannerText(window, u"connection"_s), QString());
    QCOMPARE(window.workspace().palette().color(QPalette::Text), usual);
    // The jobs of the service before the restart are still shown.
    QCOMPARE(window.data().history().size(), 5U);
    m_world->load(2);
    QTRY_COMPARE(window.data().history().size(), 7U);
    QVERIFY(window.actions().drain->isEnabled());
}

void TestMonitorWindow::saysThatNoPlaceIsKnown()
{
    MainWindow &window = m_world->open(QString());
    QVERIFY(startPage(window).isVisible());
    QCOMPARE(startPage(window).hint().title, u"Which service?"_s);
    QVERIFY(says(startPage(window), u"--monitor-socket"_s) ||
            !startPage(window).findChildren<QLineEdit *>().isEmpty());
    QVERIFY(!window.actions().drain->isEnabled());
    QVERIFY(!window.actions().record->isEnabled());
    QVERIFY(!window.actions().freeze->isEnabled());
}

void TestMonitorWindow::saysThatTheVersionIsAnother()
{
    Hello hello;
    hello.protocol = kProtocolVersion + 1;
    hello.version = "9.9.9";
    ScriptedMonitorServer server(m_world->socket(), encode(hello));
    MainWindow &window = m_world->open();
    QTRY_COMPARE(startPage(window).hint().title, u"The service uses another protocol version"_s);
    QVERIFY(!startPage(window).hint().text.isEmpty());
    QTRY_COMPARE(statusText(window, u"state"_s), u"Other version"_s);
}

void TestMonitorWindow::offersACommandWhileThereAreNoJobs()
{
    m_world->start();
    MainWindow &window = m_world->open();
    const QString command = u"jobclient --url "_s + m_world->service().startUrl().toString();
    QTRY_VERIFY(says(jobsPanel(window), command));
    QGuiApplication::clipboard()->clear();
    Q_EMIT jobsPanel(window).noDataActionTriggered();
    QCOMPARE(QGuiApplication::clipboard()->text(), command);
    m_world->load(1);
    QTRY_COMPARE(window.data().history().size(), 1U);
    QTRY_VERIFY(!says(jobsPanel(window), command));
}

void TestMonitorWindow::freezesAndGoesOn()
{
    m_world->start(MonitorWorld::slowJobs(5s));
    MainWindow &window = m_world->open();
    QTRY_VERIFY(isKnown(window));
    QTest::keyClick(&window, Qt::Key_Space);
    QVERIFY(window.data().isFrozen());
    QVERIFY(window.actions().freeze->isChecked());
    m_world->load(10);
    QTRY_VERIFY(window.data().hiddenChanges() >= 10);
    QCOMPARE(jobsPanel(window).table().rowCount(), 0);
    QTRY_VERIFY(bannerText(window, u"frozen"_s).contains(u"hidden"_s));
    QTRY_VERIFY(statusText(window, u"hidden"_s).contains(u"Frozen"_s));
    QTest::keyClick(&window, Qt::Key_Space);
    QVERIFY(!window.data().isFrozen());
    QTRY_COMPARE(jobsPanel(window).table().rowCount(), 10);
    QCOMPARE(bannerText(window, u"frozen"_s), QString());
}

void TestMonitorWindow::pressesButtonsBySpace()
{
    m_world->start(MonitorWorld::slowJobs(5s));
    MainWindow &window = m_world->open();
    m_world->load(1);
    QTRY_VERIFY(!anyJob(window).isEmpty());
    window.selectJob(anyJob(window));
    const auto buttons = detailPanel(window).findChildren<QPushButton *>();
    const auto copy = std::find_if(buttons.begin(), buttons.end(), [](const QPushButton *button) {
        return button->text() == "Copy as JSON"_L1;
    });
    QVERIFY(copy != buttons.end());
    QGuiApplication::clipboard()->clear();
    (*copy)->setFocus();
    QTest::keyClick(*copy, Qt::Key_Space);
    QVERIFY(!window.data().isFrozen());
    QVERIFY(QGuiApplication::clipboard()->text().contains(QString::fromUtf8(anyJob(window))));
}

void TestMonitorWindow::drainsAfterAQuestionWithNumbers()
{
    m_world->start(MonitorWorld::slowJobs(3s));
    MainWindow &window = m_world->open();
    m_world->load(7);
    QTRY_COMPARE(window.data().jobs().size(), 7);
    window.actions().drain->trigger();
    QPointer<DrainDialog> question = window.findChild<DrainDialog *>();
    QVERIFY(question);
    QVERIFY(question->text().contains(u"holds 7 requests"_s));
    question->reject();
    QTRY_VERIFY(!question);
    QCOMPARE(m_world->service().metric("holdline_draining"), 0.0);

    window.actions().drain->trigger();
    question = window.findChild<DrainDialog *>();
    QVERIFY(question);
    QTest::mouseClick(question->findChild<QAbstractButton *>(u"drain"_s), Qt::LeftButton);
    QTRY_VERIFY(bannerText(window, u"drain"_s).contains(u"draining"_s));
    QVERIFY(bannerText(window, u"drain"_s).contains(u"still held"_s));
}

void TestMonitorWindow::cancelsOneAtOnceAndSeveralAfterAQuestion()
{
    m_world->start(MonitorWorld::slowJobs(20s));
    MainWindow &window = m_world->open();
    const LoadGenerator &load = m_world->load(4);
    QTRY_COMPARE(window.data().jobs().size(), 4);
    window.cancelJobs({anyJob(window)});
    QTRY_COMPARE(window.data().jobs().size(), 3);
    QTRY_COMPARE(load.report().done(), 1);
    QVERIFY(!window.findChild<QMessageBox *>());

    window.cancelJobs(window.data().jobs().keys());
    QPointer<QMessageBox> question = window.findChild<QMessageBox *>();
    QVERIFY(question);
    QVERIFY(question->text().contains(u"3"_s));
    question->reject();
    QTRY_VERIFY(!question);
    QCOMPARE(window.commands().pending(), 0);

    window.cancelJobs(window.data().jobs().keys());
    question = window.findChild<QMessageBox *>();
    for (QAbstractButton *button : question->buttons()) {
        if (question->buttonRole(button) == QMessageBox::AcceptRole)
            QTest::mouseClick(button, Qt::LeftButton);
    }
    QTRY_COMPARE(window.data().jobs().size(), 0);
    QTRY_COMPARE(window.statusBar()->currentMessage(), u"3 jobs cancelled"_s);
    QCOMPARE(window.data().history().back()->outcome, Reason::Cancelled);
}

void TestMonitorWindow::keepsAFailureUntilItIsDismissed()
{
    m_world->start();
    MainWindow &window = m_world->open();
    QTRY_VERIFY(isKnown(window));
    window.cancelJobs({"0000000000000000"});
    QTRY_VERIFY(bannerText(window, u"failure"_s).contains(u"was not cancelled"_s));
    QToolButton *close = banner(window, u"failure"_s)->findChild<QToolButton *>();
    QVERIFY(close->isVisible());
    QTest::mouseClick(close, Qt::LeftButton);
    QCOMPARE(bannerText(window, u"failure"_s), QString());
}

void TestMonitorWindow::pausesAndResumesALane()
{
    m_world->start(MonitorWorld::slowJobs(3s));
    MainWindow &window = m_world->open();
    QTRY_VERIFY(isKnown(window));
    m_world->load(1);
    QTRY_COMPARE(window.data().jobs().size(), 1);
    window.commands().pauseLane("acme");
    QTRY_VERIFY(!window.statusBar()->currentMessage().isEmpty());
    QTRY_VERIFY(window.data().lanes().value("acme").paused);
    m_world->load(3);
    QTRY_COMPARE(window.data().count(RowState::Queued), 3);
    QTRY_COMPARE(tile(window, u"Queued"_s)->value(), u"3"_s);
    window.commands().resumeLane("acme");
    QTRY_COMPARE(window.data().history().size(), 4U);
}

void TestMonitorWindow::followsAJobIntoTheHistory()
{
    m_world->start(MonitorWorld::slowJobs(3s));
    MainWindow &window = m_world->open();
    m_world->load(1);
    QTRY_VERIFY(!anyJob(window).isEmpty());
    const QByteArray id = anyJob(window);
    window.selectJob(id);
    QTRY_VERIFY(says(detailPanel(window), QString::fromUtf8(id)));
    QTRY_VERIFY(says(detailPanel(window), u"waits for its callback"_s));
    QVERIFY(says(detailPanel(window), u"No callback yet"_s));
    QTRY_VERIFY(says(detailPanel(window), u"completed · 200"_s));
    QTRY_VERIFY(says(detailPanel(window), u"matched from"_s));
    QCOMPARE(detailPanel(window).job(), id);
}

void TestMonitorWindow::selectsTheOldest()
{
    m_world->start(MonitorWorld::slowJobs(20s));
    MainWindow &window = m_world->open();
    m_world->load(1, "first");
    QTRY_COMPARE(window.data().jobs().size(), 1);
    const QByteArray oldest = anyJob(window);
    m_world->load(5, "later");
    QTRY_COMPARE(window.data().jobs().size(), 6);
    Tile *found = tile(window, u"Oldest held"_s);
    QTRY_VERIFY(found->note().contains(u"first"_s));
    found->setFocus();
    QTest::keyClick(found, Qt::Key_Return);
    QCOMPARE(detailPanel(window).job(), oldest);
    QCOMPARE(jobsPanel(window).currentId(), oldest);
}

void TestMonitorWindow::copiesWhatIsKnownOfAJob()
{
    m_world->start();
    MainWindow &window = m_world->open();
    m_world->load(1, "it's");
    QTRY_COMPARE(window.data().history().size(), 1U);
    const JobPtr job = window.data().history().back();
    window.selectJob(job->id);
    QTRY_VERIFY(says(detailPanel(window), QString::fromUtf8(job->id)));
    const auto press = [&](const QString &text) {
        const auto buttons = detailPanel(window).findChildren<QAbstractButton *>();
        for (QAbstractButton *button : buttons) {
            if (button->accessibleName() == text)
                button->click();
        }
        return QGuiApplication::clipboard()->text();
    };
    QCOMPARE(press(u"Copy: Job"_s), QString::fromUtf8(job->id));
    QCOMPARE(press(u"Copy: Upstream id"_s), QString::fromUtf8(job->upstreamId));
    QCOMPARE(press(u"Copy as JSON"_s), QString::fromUtf8(encodeRow(*job)));
    const QString curl = press(u"Copy as curl"_s);
    QVERIFY(curl.startsWith("curl "_L1));
    QVERIFY(curl.contains(QString::number(m_world->service().port())));
}

void TestMonitorWindow::narrowsToARangeAndLetsGo()
{
    m_world->start();
    MainWindow &window = m_world->open();
    QTRY_VERIFY(window.data().samples().samples().size() >= 2);
    const auto *chip = window.findChild<QToolButton *>(u"range"_s);
    QVERIFY(!chip->isVisible());
    window.selection().setRange(window.data().samples().extent());
    QVERIFY(chip->isVisible());
    QVERIFY(!chip->text().isEmpty());
    QTest::keyClick(&window, Qt::Key_Escape);
    QVERIFY(!window.selection().range());
    QVERIFY(!chip->isVisible());
}

void TestMonitorWindow::recordsAndPlays()
{
    m_world->start();
    MainWindow &window = m_world->open();
    QTRY_COMPARE(statusText(window, u"state"_s), u"Live"_s);
    const QString file = m_world->file(u"run.ndjson"_s);
    QCOMPARE(window.source().recorder()->start(file), QString());
    QVERIFY(window.actions().record->isChecked());
    QTRY_VERIFY(statusText(window, u"recording"_s).contains(u"Recording"_s));
    m_world->load(20);
    QTRY_COMPARE(window.data().history().size(), 20U);
    window.actions().record->trigger();
    QVERIFY(!window.source().recorder()->isRecording());
    QVERIFY(!window.actions().record->isChecked());

    const auto *bar = window.findChild<RecordingBar *>();
    QVERIFY(!bar->isVisible());
    window.openRecording(file);
    QTRY_COMPARE(statusText(window, u"state"_s), u"Recording"_s);
    QVERIFY(bar->isVisible());
    QVERIFY(says(*bar, u"run.ndjson"_s));
    QVERIFY(window.windowTitle().contains(u"recording"_s));
    QVERIFY(!window.actions().drain->isEnabled());
    auto *slider = bar->findChild<QSlider *>();
    slider->setValue(slider->maximum());
    QTRY_COMPARE(window.data().history().size(), 20U);
    window.source().player()->pause();
    slider->setValue(0);
    QTRY_COMPARE(window.data().history().size(), 0U);
    window.cancelJobs({"0000000000000000"});
    QTRY_VERIFY(bannerText(window, u"failure"_s).contains(u"no connection"_s));

    auto *closing = bar->findChildren<QToolButton *>().last();
    QCOMPARE(closing->accessibleName(), u"Close the recording"_s);
    closing->click();
    QTRY_COMPARE(statusText(window, u"state"_s), u"Live"_s);
    QVERIFY(!bar->isVisible());
    QTRY_COMPARE(window.data().history().size(), 20U);
}

void TestMonitorWindow::remembersItsLayout()
{
    QSize size;
    {
        MainWindow &window = m_world->open();
        window.resize(1000, 690);
        size = window.size();
        window.workspace().dock(View::Lanes)->hide();
        window.workspace().dock(View::Detail)->setFloating(true);
        window.close();
    }
    m_world->closeWindows();
    MainWindow &window = m_world->open();
    // Qt 6.8 makes a restored window fit the screen, and the screen of the tests is narrower than the window.
    QCOMPARE(window.height(), size.height());
    QVERIFY(window.width() <= size.width());
    QVERIFY(window.workspace().dock(View::Lanes)->isHidden());
    QVERIFY(window.workspace().dock(View::Detail)->isFloating());
    window.actions().resetLayout->trigger();
    QVERIFY(!window.workspace().dock(View::Lanes)->isHidden());
    QVERIFY(!window.workspace().dock(View::Detail)->isFloating());

    // An invalid layout changes nothing.
    QVERIFY(!window.workspace().restoreLayout("no layout"));
    QVERIFY(!window.workspace().dock(View::Overview)->isHidden());
}

void TestMonitorWindow::hasEachKeyOnceOnItsSheet()
{
    m_world->start();
    MainWindow &window = m_world->open();
    QTRY_VERIFY(isKnown(window));
    QTest::keyClick(&window, Qt::Key_F1);
    const auto *sheet = window.findChild<ShortcutSheet *>();
    QVERIFY(sheet);
    QVERIFY(sheet->isVisible());
    const QList<ShortcutRow> rows = shortcutsOf(&window);
    QVERIFY(rows.size() > 20);
    // A shortcut of the whole window must not belong to a view as well, because Qt would trigger neither
    // action.
    QHash<QString, QStringList> groupsOf;
    const QStringList views{u"In tables"_s,         title(View::Jobs),    title(View::Lanes),
                            title(View::Callbacks), title(View::History), title(View::DeadLetters)};
    for (const ShortcutRow &row : rows) {
        QVERIFY2(!row.effect.isEmpty(), qPrintable(row.keys));
        QVERIFY2(says(*sheet, row.keys), qPrintable(row.keys));
        for (const QString &key : row.keys.split(u"; "_s))
            groupsOf[key].append(row.group);
    }
    for (auto it = groupsOf.begin(); it != groupsOf.end(); ++it) {
        if (it->contains(u"In charts"_s))
            continue;
        const bool isOfViews =
            std::all_of(it->begin(), it->end(), [&](const QString &p) { return views.contains(p); });
        QVERIFY2(it->size() == 1 || isOfViews, qPrintable(it.key() + u": "_s + it->join(u", "_s)));
        QCOMPARE(it->removeDuplicates(), 0);
    }
}

void TestMonitorWindow::hasANameForEveryControl()
{
    m_world->start(MonitorWorld::slowJobs(20s));
    MainWindow &window = m_world->open();
    m_world->load(3);
    QTRY_COMPARE(window.data().jobs().size(), 3);
    window.selectJob(anyJob(window));
    for (int i = 0; i < kViewCount; ++i)
        window.workspace().bring(static_cast<View>(i));
    const auto widgets = window.findChildren<QWidget *>();
    QStringList nameless;
    for (const QWidget *widget : widgets) {
        const bool isControl =
            qobject_cast<const QAbstractButton *>(widget) || qobject_cast<const QComboBox *>(widget) ||
            qobject_cast<const QLineEdit *>(widget) || (widget->focusPolicy() & Qt::TabFocus) != 0;
        // Skip widgets that are hidden explicitly. Check widgets that are invisible only because a parent is
        // hidden.
        if (widget->isHidden())
            continue;
        // Parts of Qt's own docks, tool bars, scroll areas and popup lists.
        if (!isControl || widget->objectName().startsWith("qt_"_L1) ||
            QByteArray(widget->parentWidget()->metaObject()->className()).startsWith("QComboBoxPrivate") ||
            QByteArray(widget->metaObject()->className()).startsWith("QComboBoxPrivate") ||
            QByteArray(widget->metaObject()->className()) == "QLineEditIconButton")
            continue;
        const QAccessibleInterface *interface =
            QAccessible::queryAccessibleInterface(const_cast<QWidget *>(widget));
        if (!interface || interface->text(QAccessible::Name).isEmpty()) {
            QStringList path;
            for (const QWidget *at = widget; at; at = at->parentWidget())
                path.prepend(QString::fromLatin1(at->metaObject()->className()));
            nameless.append(path.join(u" > "_s) + u' ' + widget->objectName());
        }
    }
    QVERIFY2(nameless.isEmpty(), qPrintable(u'\n' + nameless.join(u'\n')));
}

void TestMonitorWindow::followsThePalette()
{
    m_world->start();
    MainWindow &window = m_world->open();
    QTRY_VERIFY(isKnown(window));
    const QPalette usual = QApplication::palette();
    const auto lightness = [&] {
        const QImage picture =
            window.grab().toImage().scaled(1, 1, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
        return picture.pixelColor(0, 0).lightness();
    };
    QApplication::setPalette(QPalette(QColor(0xef, 0xef, 0xef)));
    QTRY_VERIFY(lightness() > 180);
    QApplication::setPalette(darkPalette());
    QTRY_VERIFY(lightness() < 90);
    // On the dark background the figures in the tiles have a light colour.
    const auto *label = tile(window, u"Held now"_s)->findChild<QLabel *>();
    QVERIFY(label->palette().color(QPalette::WindowText).lightness() > 120);
    QApplication::setPalette(usual);
}

HOLDLINE_TEST(TestMonitorWindow)

#include "tst_monitorwindow.moc"
