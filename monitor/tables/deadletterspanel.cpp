// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/tables/deadletterspanel.h"

#include "monitor/data/deadletterstable.h"

#include <QAction>
#include <QMenu>

#include <array>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

QString keyOf(DeadLetter::Kind kind)
{
    return QString(name(kind));
}

std::vector<Sidebar::Entry> kindEntries()
{
    return {{{}, DeadLettersPanel::tr("All"), u"live"_s},
            {keyOf(DeadLetter::Kind::Job), DeadLettersPanel::tr("Failed jobs"), u"ended-failed"_s},
            {keyOf(DeadLetter::Kind::Callback), DeadLettersPanel::tr("Callbacks"), u"letter"_s}};
}

}  // namespace

DeadLettersPanel::DeadLettersPanel(const LiveData &data, TimeSelection *selection, QWidget *parent)
    : RecordPanel(u"letters"_s, new DeadLettersTable(data), data, selection, kindEntries(), parent)
{
    m_redrive = makeAction(tr("Re-drive"), u"resume"_s, QKeySequence(Qt::CTRL | Qt::Key_Return), [this] {
        if (const QList<QByteArray> deadLetters = selectedIds(); !deadLetters.isEmpty())
            Q_EMIT redriveRequested(deadLetters);
    });
    m_redrive->setToolTip(tr("Deliver the callback to its job again, or start the job again (%1)")
                              .arg(m_redrive->shortcut().toString(QKeySequence::NativeText)));
    m_discard = makeAction(tr("Discard…"), u"cancel"_s, QKeySequence::Delete, [this] {
        if (const QList<QByteArray> deadLetters = selectedIds(); !deadLetters.isEmpty())
            Q_EMIT discardRequested(deadLetters);
    });
    m_discard->setToolTip(tr("Delete the dead letter permanently (%1)")
                              .arg(m_discard->shortcut().toString(QKeySequence::NativeText)));
    connect(&view(), &RecordView::currentIdChanged, this, &DeadLettersPanel::deadLetterSelected);
    view().setAccessibleName(tr("Dead letters"));
    setNoDataText(tr("There are no dead letters."));
}

void DeadLettersPanel::setCommands(bool possible)
{
    m_redrive->setEnabled(possible);
    m_discard->setEnabled(possible);
}

DeadLetterPtr DeadLettersPanel::currentDeadLetter() const
{
    return static_cast<DeadLettersTable &>(table()).at(table().rowOf(currentId()));
}

QString DeadLettersPanel::entryTerm(const QString &key) const
{
    return key.isEmpty() ? QString() : u"kind="_s + key;
}

void DeadLettersPanel::updateCounts()
{
    std::array<int, kDeadLetterKinds> counts{};
    for (const DeadLetterPtr &deadLetter : data().deadLetters())
        ++counts[static_cast<std::size_t>(deadLetter->kind)];
    sidebar().setCount({}, table().totalCount());
    for (std::size_t i = 0; i < counts.size(); ++i)
        sidebar().setCount(keyOf(static_cast<DeadLetter::Kind>(i)), counts[i]);
}

QByteArray DeadLettersPanel::jobOf(const QByteArray &id) const
{
    const DeadLetterPtr deadLetter = static_cast<DeadLettersTable &>(table()).at(table().rowOf(id));
    return deadLetter ? deadLetter->job : QByteArray();
}

void DeadLettersPanel::extendMenu(QMenu &menu)
{
    menu.addActions({m_redrive, m_discard});
    menu.addSeparator();
}

}  // namespace holdline::monitor
