// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/tables/recordpanel.h"

#include "monitor/charts/icons.h"
#include "monitor/data/format.h"
#include "monitor/tables/filterbar.h"

#include <QAction>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QMenu>
#include <QSaveFile>
#include <QSettings>
#include <QSplitter>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <chrono>
#include <numeric>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds kCountEvery{500};

}  // namespace

RecordPanel::RecordPanel(const QString &key, RecordTable *table, const LiveData &data,
                         TimeSelection *selection, const std::vector<Sidebar::Entry> &entries,
                         QWidget *parent)
    : QWidget(parent),
      m_key(key),
      m_data(data),
      m_selection(selection),
      m_sidebar(new Sidebar(tr("Groups of rows"), entries, this)),
      m_filter(new FilterBar(table->fields(), this)),
      m_view(new RecordView(table, this)),
      m_entry(m_sidebar->current()),
      m_counting(new QTimer(this))
{
    m_counting->setSingleShot(true);
    m_counting->setInterval(kCountEvery);
    connect(m_counting, &QTimer::timeout, this, &RecordPanel::updateCounts);

    m_copy =
        makeAction(tr("Copy rows"), u"copy"_s, QKeySequence::Copy, [this] { copyRows(TableFormat::Tsv); });
    m_copyId = makeAction(tr("Copy ids"), u"copy"_s, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C),
                          [this] { copyIds(); });
    m_copyJson = makeAction(tr("Copy as JSON"), u"copy"_s, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_J),
                            [this] { copyRows(TableFormat::Json); });
    m_onlyThis = makeAction(tr("Show only rows with this value"), u"filter"_s,
                            QKeySequence(Qt::CTRL | Qt::Key_Period), [this] { filterByCell(false); });
    m_notThis = makeAction(tr("Hide rows with this value"), u"filter"_s,
                           QKeySequence(Qt::CTRL | Qt::Key_Minus), [this] { filterByCell(true); });
    m_export = makeAction(tr("Export the shown rows…"), u"export"_s, QKeySequence(Qt::CTRL | Qt::Key_E),
                          [this] { openExportDialog(); });

    auto *exportButton = new QToolButton(this);
    exportButton->setDefaultAction(m_export);
    exportButton->setAutoRaise(true);
    exportButton->setAccessibleName(m_export->text());

    auto *top = new QHBoxLayout;
    top->addWidget(m_filter, 1);
    top->addWidget(exportButton, 0, Qt::AlignTop);
    auto *right = new QWidget(this);
    auto *column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(top);
    column->addWidget(m_view, 1);
    auto *split = new QSplitter(this);
    split->setAccessibleName(tr("Sidebar and rows"));
    split->addWidget(m_sidebar);
    split->addWidget(right);
    split->setStretchFactor(1, 1);
    split->setCollapsible(1, false);
    auto *box = new QHBoxLayout(this);
    box->setContentsMargins(4, 4, 4, 4);
    box->addWidget(split);
    setFocusProxy(m_view);

    connect(m_filter, &FilterBar::queryChanged, this, &RecordPanel::applyFilter);
    connect(m_sidebar, &Sidebar::entrySelected, this, &RecordPanel::onEntrySelected);
    connect(m_selection, &TimeSelection::changed, this, [this] {
        this->table().setTimeRange(m_selection->range());
        showCounts();
    });
    connect(table, &RecordTable::countsChanged, this, &RecordPanel::showCounts);
    connect(m_view, &QWidget::customContextMenuRequested, this, &RecordPanel::showMenu);
    connect(m_view, &RecordView::currentIdChanged, this,
            [this](const QByteArray &id) { Q_EMIT jobSelected(jobOf(id)); });
    connect(m_view, &RecordView::emptyActionTriggered, this, [this] {
        if (this->table().totalCount() == 0) {
            Q_EMIT noDataActionTriggered();
            return;
        }
        m_filter->setText({});
        m_sidebar->setCurrent({});
        m_selection->clear();
    });
}

QAction *RecordPanel::makeAction(const QString &text, const QString &iconName, const QKeySequence &shortcut,
                                 const std::function<void()> &run)
{
    auto *action = new QAction(icon(iconName), text, this);
    action->setShortcut(shortcut);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(action, &QAction::triggered, this, run);
    addAction(action);
    return action;
}

QList<QByteArray> RecordPanel::selectedIds() const
{
    QList<QByteArray> ids;
    for (const int row : m_view->selectedRows())
        ids << table().idAt(row);
    return ids;
}

void RecordPanel::focusFilter()
{
    m_filter->focusFilter();
}

void RecordPanel::save(QSettings &settings) const
{
    settings.beginGroup(m_key);
    settings.setValue("chosen"_L1, m_entry);
    settings.setValue("filter"_L1, m_filter->text());
    settings.beginGroup("columns"_L1);
    for (auto it = m_columns.begin(); it != m_columns.end(); ++it)
        settings.setValue(it.key().isEmpty() ? u"all"_s : it.key(), it.value());
    settings.setValue(m_entry.isEmpty() ? u"all"_s : m_entry, m_view->saveColumns());
    settings.endGroup();
    settings.endGroup();
}

void RecordPanel::restore(QSettings &settings)
{
    settings.beginGroup(m_key);
    settings.beginGroup("columns"_L1);
    for (const QString &key : settings.childKeys())
        m_columns.insert(key == "all"_L1 ? QString() : key, settings.value(key).toByteArray());
    settings.endGroup();
    const QString entry = settings.value("chosen"_L1).toString();
    m_filter->setText(settings.value("filter"_L1).toString());
    settings.endGroup();
    if (entry == m_entry)
        m_view->restoreColumns(m_columns.value(m_entry));
    else
        m_sidebar->setCurrent(entry);
}

void RecordPanel::setNoDataText(const QString &text, const QString &action)
{
    m_noDataText = text;
    m_noDataAction = action;
    showCounts();
}

void RecordPanel::applyFilter()
{
    FilterQuery query = m_filter->query();
    if (const QString term = entryTerm(m_entry); !term.isEmpty()) {
        const auto both = FilterQuery::parse(query.toString() + u' ' + term, table().fields());
        if (const auto *parsed = std::get_if<FilterQuery>(&both))
            query = *parsed;
    }
    table().setFilter(query);
    showCounts();
}

void RecordPanel::onEntrySelected(const QString &key)
{
    m_columns.insert(m_entry, m_view->saveColumns());
    m_entry = key;
    // An entry without saved columns uses the columns of the entry "All".
    m_view->restoreColumns(m_columns.value(key, m_columns.value({})));
    applyEntry(key);
    applyFilter();
}

void RecordPanel::copyRows(TableFormat format)
{
    const std::vector<int> rows = m_view->selectedRows();
    if (rows.empty())
        return;
    const QByteArray text = rowsAsText(table(), rows, m_view->shownColumns(), format);
    QGuiApplication::clipboard()->setText(QString::fromUtf8(text));
    Q_EMIT statusMessage(
        tr("Copied %1").arg(formatCounted(static_cast<std::int64_t>(rows.size()), tr("row"), tr("rows"))));
}

void RecordPanel::copyIds()
{
    QByteArray text;
    for (const QByteArray &row : selectedIds()) {
        if (const QByteArray id = jobOf(row); !id.isEmpty())
            text.append(text.isEmpty() ? "" : "\n").append(id);
    }
    if (text.isEmpty())
        return;
    QGuiApplication::clipboard()->setText(QString::fromUtf8(text));
    Q_EMIT statusMessage(tr("Copied %1").arg(formatCounted(text.count('\n') + 1, tr("id"), tr("ids"))));
}

void RecordPanel::filterByCell(bool negated)
{
    const QModelIndex index = m_view->currentIndex();
    if (!index.isValid())
        return;
    const Field field = table().columns()[static_cast<std::size_t>(index.column())].field;
    m_filter->addTerm(FilterQuery::termFor(field, table().cellAt(index.row(), index.column()), negated));
}

void RecordPanel::showMenu(const QPoint &at)
{
    if (!m_view->currentIndex().isValid())
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    extendMenu(*menu);
    menu->addActions({m_copy, m_copyId, m_copyJson});
    menu->addSeparator();
    menu->addActions({m_onlyThis, m_notThis});
    menu->addSeparator();
    menu->addAction(m_export);
    menu->popup(m_view->viewport()->mapToGlobal(at));
}

void RecordPanel::openExportDialog()
{
    auto *dialog = new QFileDialog(this, tr("Export the shown rows"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("CSV for spreadsheets (*.csv)"), tr("JSON with complete rows (*.json)")});
    dialog->setDefaultSuffix(u"csv"_s);
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString &filter) {
        dialog->setDefaultSuffix(filter.contains(u".json"_s) ? u"json"_s : u"csv"_s);
    });
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &path) {
        const bool json = path.endsWith(u".json"_s, Qt::CaseInsensitive);
        const int count = table().shownCount();
        const QString error = exportTo(path, json ? TableFormat::Json : TableFormat::Csv);
        Q_EMIT statusMessage(error.isEmpty()
                                 ? tr("Saved %1 to %2").arg(formatCounted(count, tr("row"), tr("rows")), path)
                                 : error);
    });
    dialog->open();
}

QString RecordPanel::exportTo(const QString &path, TableFormat format)
{
    QSaveFile file(path);
    const auto failed = [&] { return tr("Cannot write %1: %2").arg(path, file.errorString()); };
    if (!file.open(QIODevice::WriteOnly))
        return failed();
    std::vector<int> rows(static_cast<std::size_t>(table().shownCount()));
    std::iota(rows.begin(), rows.end(), 0);
    const bool written =
        exportRows(table(), rows, m_view->shownColumns(), format,
                   [&file](const QByteArray &bytes) { return file.write(bytes) == bytes.size(); });
    if (!written || !file.commit())
        return failed();
    return {};
}

void RecordPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    showCounts();
    updateCounts();
}

void RecordPanel::showCounts()
{
    const int total = table().totalCount();
    m_filter->setCounts(table().shownCount(), total);
    // Count later and at intervals. Counting the whole history on each change would cost more than showing
    // the changes.
    if (!m_counting->isActive())
        m_counting->start();
    if (total == 0)
        m_view->setEmptyText(m_noDataText, m_noDataAction);
    else
        m_view->setEmptyText(tr("None of %1 matches.").arg(formatCounted(total, tr("row"), tr("rows"))),
                             tr("Show all"));
}

}  // namespace holdline::monitor
