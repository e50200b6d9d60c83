// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/tables/letterspanel.h"

#include "monitor/data/letterstable.h"

#include <QAction>
#include <QMenu>

#include <array>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

QString keyOf(DeadLetter::Kind kind)
{
    return QString(word(kind));
}

std::vector<Sidebar::Entry> kindEntries()
{
    return {{{}, LettersPanel::tr("All"), u"live"_s},
            {keyOf(DeadLetter::Kind::Job), LettersPanel::tr("Failed jobs"), u"ended-failed"_s},
            {keyOf(DeadLetter::Kind::Callback), LettersPanel::tr("Callbacks"), u"letter"_s}};
}

}  // namespace

LettersPanel::LettersPanel(const LiveData &data, TimeSelection *selection, QWidget *parent)
    : RecordPanel(u"letters"_s, new LettersTable(data), data, selection, kindEntries(), parent)
{
    m_redrive = makeAction(tr("Re-drive"), u"resume"_s, QKeySequence(Qt::CTRL | Qt::Key_Return));
    m_redrive->setToolTip(tr("Give the callback to its job again, or start the job anew (%1)")
                              .arg(m_redrive->shortcut().toString(QKeySequence::NativeText)));
    connect(m_redrive, &QAction::triggered, this, [this] {
        if (const QList<QByteArray> letters = selectedLetters(); !letters.isEmpty())
            Q_EMIT redriveRequested(letters);
    });
    m_discard = makeAction(tr("Discard…"), u"cancel"_s, QKeySequence::Delete);
    m_discard->setToolTip(tr("Throw the letter away for good (%1)")
                              .arg(m_discard->shortcut().toString(QKeySequence::NativeText)));
    connect(m_discard, &QAction::triggered, this, [this] {
        if (const QList<QByteArray> letters = selectedLetters(); !letters.isEmpty())
            Q_EMIT discardRequested(letters);
    });
    connect(&view(), &RecordView::currentIdChanged, this, &LettersPanel::letterSelected);
    view().setAccessibleName(tr("Dead letters"));
    setNothingText(tr("There are no dead letters."));
}

void LettersPanel::setCommands(bool possible)
{
    m_redrive->setEnabled(possible);
    m_discard->setEnabled(possible);
}

QList<QByteArray> LettersPanel::selectedLetters() const
{
    QList<QByteArray> ids;
    for (const int row : view().selectedRows())
        ids << table().idAt(row);
    return ids;
}

LetterPtr LettersPanel::currentLetter() const
{
    return static_cast<LettersTable &>(table()).letterAt(table().rowOf(currentId()));
}

QString LettersPanel::entryTerm(const QString &key) const
{
    return key.isEmpty() ? QString() : u"kind="_s + key;
}

void LettersPanel::updateCounts()
{
    std::array<int, kDeadLetterKinds> counts{};
    for (const LetterPtr &letter : data().letters())
        ++counts[static_cast<std::size_t>(letter->kind)];
    sidebar().setCount({}, table().totalCount());
    for (std::size_t i = 0; i < counts.size(); ++i)
        sidebar().setCount(keyOf(static_cast<DeadLetter::Kind>(i)), counts[i]);
}

QByteArray LettersPanel::jobOf(const QByteArray &id) const
{
    const LetterPtr letter = static_cast<LettersTable &>(table()).letterAt(table().rowOf(id));
    return letter ? letter->job : QByteArray();
}

void LettersPanel::extendMenu(QMenu &menu)
{
    menu.addActions({m_redrive, m_discard});
    menu.addSeparator();
}

}  // namespace holdline::monitor
