// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/tables/recordview.h"

#include "monitor/charts/deadlinebardelegate.h"
#include "monitor/charts/statedelegate.h"
#include "monitor/charts/theme.h"

#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>

namespace holdline::monitor {

using namespace std::chrono_literals;

namespace {

constexpr auto kTick = 200ms;

/// The usual width of a field's values, in digits.
int usualDigits(const Column &column)
{
    switch (column.field) {
        case Field::Job:
        case Field::Request:
            return 14;
        case Field::Account:
        case Field::Client:
        case Field::Upstream:
        case Field::Deadline:
            return 17;
        case Field::Outcome:
        case Field::Reason:
            return 22;
        case Field::Detail:
            return 30;
        case Field::State:
            return 15;
        case Field::Started:
        case Field::Ended:
        case Field::At:
            return 13;
        default:
            return 10;
    }
}

}  // namespace

RecordView::RecordView(RecordTable *table, QWidget *parent)
    : QTreeView(parent),
      m_table(table),
      m_ticker(new QTimer(this)),
      m_empty(new QWidget(viewport())),
      m_emptyText(new QLabel(m_empty)),
      m_emptyAction(new QPushButton(m_empty)),
      m_defaultSort(table->sortColumn()),
      m_defaultOrder(table->sortOrder())
{
    table->setParent(this);
    table->setActive(false);
    setModel(table);
    setRootIsDecorated(false);
    setItemsExpandable(false);
    setUniformRowHeights(true);
    setAlternatingRowColors(true);
    setAllColumnsShowFocus(true);
    setSelectionMode(ExtendedSelection);
    setVerticalScrollMode(ScrollPerItem);
    setHorizontalScrollMode(ScrollPerPixel);
    setEditTriggers(NoEditTriggers);
    setContextMenuPolicy(Qt::CustomContextMenu);
    // setSortingEnabled() sorts by the header's indicator, so set the indicator first to keep the table's
    // sorting.
    header()->setSortIndicator(table->sortColumn(), table->sortOrder());
    setSortingEnabled(true);
    applyFont();
    for (const Field field : {Field::State, Field::Outcome, Field::Kind}) {
        if (const int column = table->columnOf(field); column >= 0)
            setItemDelegateForColumn(column, new StateDelegate(this));
    }
    if (const int column = table->columnOf(Field::Deadline); column >= 0)
        setItemDelegateForColumn(column, new DeadlineBarDelegate(this));

    header()->setSectionsMovable(true);
    header()->setFirstSectionMovable(true);
    header()->setStretchLastSection(false);
    header()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header(), &QWidget::customContextMenuRequested, this, &RecordView::showColumnMenu);
    setDefaultColumns();

    m_emptyText->setAlignment(Qt::AlignCenter);
    m_emptyText->setWordWrap(true);
    m_emptyText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_emptyText->setAccessibleName(tr("Reason for the empty table"));
    auto *box = new QVBoxLayout(m_empty);
    box->addStretch();
    box->addWidget(m_emptyText);
    box->addWidget(m_emptyAction, 0, Qt::AlignHCenter);
    box->addStretch();
    m_empty->hide();
    connect(m_emptyAction, &QPushButton::clicked, this, &RecordView::emptyActionTriggered);
    connect(table, &RecordTable::countsChanged, this, &RecordView::showEmptyText);

    m_ticker->setInterval(kTick);
    connect(m_ticker, &QTimer::timeout, table, &RecordTable::tick);
    connect(selectionModel(), &QItemSelectionModel::currentChanged, this, &RecordView::tellCurrent);
    connect(selectionModel(), &QItemSelectionModel::selectionChanged, this, &RecordView::tellCurrent);
}

void RecordView::tellCurrent()
{
    // A view that gets the focus makes its first row current without selecting it. Ignore this row, because
    // the user did not choose it.
    if (currentIndex().isValid() && !selectionModel()->isSelected(currentIndex()))
        return;
    if (const QByteArray id = currentId(); id != m_lastId) {
        m_lastId = id;
        Q_EMIT currentIdChanged(id);
    }
}

QByteArray RecordView::currentId() const
{
    return currentIndex().isValid() ? m_table->idAt(currentIndex().row()) : QByteArray();
}

bool RecordView::select(const QByteArray &id)
{
    const int row = m_table->rowOf(id);
    if (row < 0)
        return false;
    if (id != currentId() || !selectionModel()->isRowSelected(row))
        setCurrentIndex(m_table->index(row, std::max(0, currentIndex().column())));
    return true;
}

std::vector<int> RecordView::selectedRows() const
{
    std::vector<int> rows;
    for (const QModelIndex &index : selectionModel()->selectedRows())
        rows.push_back(index.row());
    std::sort(rows.begin(), rows.end());
    return rows;
}

std::vector<int> RecordView::shownColumns() const
{
    std::vector<int> columns;
    for (int visual = 0; visual < header()->count(); ++visual) {
        if (const int logical = header()->logicalIndex(visual); !header()->isSectionHidden(logical))
            columns.push_back(logical);
    }
    return columns;
}

QByteArray RecordView::saveColumns() const
{
    return header()->saveState();
}

void RecordView::restoreColumns(const QByteArray &state)
{
    // A state from a version with other columns would hide the wrong columns.
    if (state.isEmpty() || !header()->restoreState(state) || header()->count() != m_table->columnCount())
        setDefaultColumns();
    else
        sortByColumn(header()->sortIndicatorSection(), header()->sortIndicatorOrder());
}

void RecordView::setDefaultColumns()
{
    const int digit = QFontMetrics(font()).horizontalAdvance(u'0');
    const auto columns = m_table->columns();
    for (int i = 0; i < static_cast<int>(columns.size()); ++i) {
        const Column &column = columns[static_cast<std::size_t>(i)];
        header()->moveSection(header()->visualIndex(i), i);
        setColumnHidden(i, !column.isShown);
        const int wanted = std::max(usualDigits(column) * digit, header()->sectionSizeHint(i));
        header()->resizeSection(i, wanted + digit);
    }
    sortByColumn(m_defaultSort, m_defaultOrder);
}

void RecordView::showColumnMenu(const QPoint &at)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const auto columns = m_table->columns();
    for (int i = 0; i < static_cast<int>(columns.size()); ++i) {
        QAction *action = menu->addAction(m_table->headerData(i, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(i));
        // The last column cannot be hidden, since its header has the menu that shows the other columns again.
        action->setEnabled(isColumnHidden(i) || shownColumns().size() > 1);
        connect(action, &QAction::toggled, this, [this, i](bool shown) { setColumnHidden(i, !shown); });
    }
    menu->addSeparator();
    connect(menu->addAction(tr("Default columns")), &QAction::triggered, this,
            &RecordView::setDefaultColumns);
    menu->popup(header()->mapToGlobal(at));
}

void RecordView::setEmptyText(const QString &text, const QString &action)
{
    m_emptyText->setText(text);
    m_emptyAction->setText(action);
    m_emptyAction->setVisible(!action.isEmpty());
    showEmptyText();
}

void RecordView::setStopped(bool stopped)
{
    m_stopped = stopped;
    if (stopped)
        m_ticker->stop();
    else if (isVisible())
        m_ticker->start();
}

void RecordView::showEmptyText()
{
    m_empty->setVisible(m_table->shownCount() == 0 && !m_emptyText->text().isEmpty());
    m_empty->setGeometry(viewport()->rect());
}

void RecordView::rowsAboutToBeRemoved(const QModelIndex &parent, int start, int end)
{
    // Without this, Qt makes a neighbouring row current, and a view that follows the current row would act on
    // another record.
    if (currentIndex().row() >= start && currentIndex().row() <= end)
        selectionModel()->clearCurrentIndex();
    QTreeView::rowsAboutToBeRemoved(parent, start, end);
}

void RecordView::showEvent(QShowEvent *event)
{
    m_table->setActive(true);
    if (!m_stopped)
        m_ticker->start();
    showEmptyText();
    QTreeView::showEvent(event);
}

void RecordView::hideEvent(QHideEvent *event)
{
    m_ticker->stop();
    m_table->setActive(false);
    QTreeView::hideEvent(event);
}

void RecordView::resizeEvent(QResizeEvent *event)
{
    QTreeView::resizeEvent(event);
    m_empty->setGeometry(viewport()->rect());
}

void RecordView::changeEvent(QEvent *event)
{
    QTreeView::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        applyFont();
}

void RecordView::applyFont()
{
    if (const QFont wanted = tabularFont(font()); wanted != font())
        setFont(wanted);
}

}  // namespace holdline::monitor
