// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/tables/filterbar.h"

#include "monitor/charts/icons.h"
#include "monitor/charts/theme.h"
#include "monitor/data/format.h"

#include <QAbstractItemView>
#include <QAction>
#include <QCompleter>
#include <QCoreApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QStringListModel>
#include <QTextCharFormat>
#include <QTimer>
#include <QVBoxLayout>

#include <chrono>

namespace holdline::monitor {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Longer than the usual time between two key presses, but too short to feel like waiting.
constexpr auto kApplyDelay = 150ms;

/// Returns the text before the cursor that can be the beginning of a field name.
QString tokenBefore(const QString &text, int cursor)
{
    const QString before = text.left(cursor);
    const auto from = before.lastIndexOf(u' ') + 1;
    return before.mid(before.mid(from).startsWith(u'-') ? from + 1 : from);
}

QString toolTipText()
{
    return FilterBar::tr(
        "<p>A row must match all words. A word can match any column. Also:</p><table cellspacing='4'>"
        "<tr><td><tt>account:acme</tt></td><td>the column contains “acme”</td></tr>"
        "<tr><td><tt>account=acme</tt></td><td>the column is exactly “acme”</td></tr>"
        "<tr><td><tt>total&gt;200</tt> <tt>age&lt;1.5s</tt></td><td>times, in ms without a unit</td></tr>"
        "<tr><td><tt>state:queued|retrying</tt></td><td>one of the values matches</td></tr>"
        "<tr><td><tt>-outcome:completed</tt></td><td>the row does not match this</td></tr>"
        "<tr><td><tt>\"no answer\"</tt></td><td>a text with a space</td></tr></table>");
}

}  // namespace

FilterBar::FilterBar(std::span<const Field> fields, QWidget *parent)
    : QWidget(parent),
      m_fields(fields),
      m_edit(new QLineEdit(this)),
      m_count(new QLabel(this)),
      m_errorText(new QLabel(this)),
      m_delay(new QTimer(this)),
      m_completer(new QCompleter(this))
{
    m_edit->setPlaceholderText(tr("Filter: words, account:acme, total>200ms, -outcome:completed"));
    m_edit->setToolTip(toolTipText());
    m_edit->setAccessibleName(tr("Filter"));
    m_edit->setClearButtonEnabled(true);
    m_edit->setMaxLength(1000);
    m_stateIcon = m_edit->addAction(icon(u"filter"_s), QLineEdit::LeadingPosition);
    m_edit->installEventFilter(this);
    setFocusProxy(m_edit);

    m_count->setAccessibleName(tr("Rows shown"));
    m_count->setFont(tabularFont(font()));
    m_errorText->setWordWrap(true);
    m_errorText->setAccessibleName(tr("Error in the filter"));
    m_errorText->hide();

    QStringList names;
    for (const Field field : m_fields)
        names << QString(fieldInfo(field).key);
    names.sort();
    m_completer->setModel(new QStringListModel(names, m_completer));
    m_completer->setWidget(m_edit);
    m_completer->setCaseSensitivity(Qt::CaseInsensitive);
    connect(m_completer, qOverload<const QString &>(&QCompleter::activated), this,
            [this](const QString &name) {
                const int cursor = m_edit->cursorPosition();
                const auto token = tokenBefore(m_edit->text(), cursor);
                m_edit->setSelection(cursor - static_cast<int>(token.size()), static_cast<int>(token.size()));
                m_edit->insert(name + u':');
            });

    m_delay->setSingleShot(true);
    m_delay->setInterval(kApplyDelay);
    connect(m_delay, &QTimer::timeout, this, &FilterBar::apply);
    connect(m_edit, &QLineEdit::textChanged, this, &FilterBar::onEdited);
    connect(m_edit, &QLineEdit::textEdited, this, &FilterBar::offerFields);
    connect(m_edit, &QLineEdit::returnPressed, this, &FilterBar::apply);

    auto *line = new QHBoxLayout;
    line->addWidget(m_edit, 1);
    line->addWidget(m_count);
    auto *box = new QVBoxLayout(this);
    box->setContentsMargins(0, 0, 0, 0);
    box->setSpacing(2);
    box->addLayout(line);
    box->addWidget(m_errorText);
}

QString FilterBar::text() const
{
    return m_edit->text();
}

void FilterBar::setText(const QString &text)
{
    m_edit->setText(text);
    apply();
}

void FilterBar::addTerm(const QString &term)
{
    const QString before = m_edit->text().trimmed();
    setText(before.isEmpty() ? term : before + u' ' + term);
}

void FilterBar::setCounts(qsizetype shown, qsizetype total)
{
    m_count->setText(shown == total ? formatCount(total)
                                    : tr("%1 of %2").arg(formatCount(shown), formatCount(total)));
}

QString FilterBar::error() const
{
    return m_errorText->isHidden() ? QString() : m_errorText->text();
}

void FilterBar::focusFilter()
{
    m_edit->setFocus(Qt::ShortcutFocusReason);
    m_edit->selectAll();
}

void FilterBar::onEdited()
{
    const auto parsed = FilterQuery::parse(m_edit->text(), m_fields);
    const auto *error = std::get_if<FilterError>(&parsed);
    showError(error);
    if (error)
        m_delay->stop();
    else
        m_delay->start();
}

void FilterBar::apply()
{
    m_delay->stop();
    const auto parsed = FilterQuery::parse(m_edit->text(), m_fields);
    if (const auto *query = std::get_if<FilterQuery>(&parsed); query && *query != m_query) {
        m_query = *query;
        Q_EMIT queryChanged(m_query);
    }
}

void FilterBar::showError(const FilterError *error)
{
    const bool empty = m_edit->text().trimmed().isEmpty();
    m_stateIcon->setIcon(empty   ? icon(u"filter"_s)
                         : error ? icon(u"ended-failed"_s, Ink::Bad)
                                 : icon(u"ended-ok"_s, Ink::Good));
    const Theme theme(palette());
    QPalette colours = palette();
    if (!empty)
        colours.setColor(QPalette::Base, theme.tint(error ? Ink::Bad : Ink::Good, 0.12));
    m_edit->setPalette(colours);
    m_errorText->setVisible(error != nullptr);
    if (error) {
        QPalette ink = palette();
        ink.setColor(QPalette::WindowText, theme.readable(Ink::Bad));
        m_errorText->setPalette(ink);
        m_errorText->setText(tr("At character %1: %2").arg(error->position + 1).arg(error->text));
    }
    underline(error);
}

/// Underlines the error. QLineEdit has no function that sets text formats, but accepts them from an input
/// method event.
void FilterBar::underline(const FilterError *error)
{
    if (!error && !m_underlined)
        return;
    m_underlined = error != nullptr;
    QList<QInputMethodEvent::Attribute> attributes;
    if (error) {
        QTextCharFormat format;
        format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        format.setUnderlineColor(Theme(palette())[Ink::Bad]);
        const auto from = static_cast<int>(error->position) - m_edit->cursorPosition();
        attributes << QInputMethodEvent::Attribute(QInputMethodEvent::TextFormat, from,
                                                   std::max(1, static_cast<int>(error->length)), format);
    }
    QInputMethodEvent event({}, attributes);
    QCoreApplication::sendEvent(m_edit, &event);
}

void FilterBar::offerFields()
{
    const QString token = tokenBefore(m_edit->text(), m_edit->cursorPosition());
    m_completer->setCompletionPrefix(token);
    const bool helps = token.size() >= 2 && m_completer->completionCount() > 0 &&
                       m_completer->currentCompletion().compare(token, Qt::CaseInsensitive) != 0;
    if (helps)
        m_completer->complete();
    else
        m_completer->popup()->hide();
}

void FilterBar::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        const auto parsed = FilterQuery::parse(m_edit->text(), m_fields);
        showError(std::get_if<FilterError>(&parsed));
    }
}

bool FilterBar::eventFilter(QObject *watched, QEvent *event)
{
    // Escape clears the filter. When the filter is empty, other receivers get the event.
    if (watched == m_edit &&
        (event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress)) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->key() == Qt::Key_Escape && !m_edit->text().isEmpty()) {
            if (event->type() == QEvent::KeyPress)
                setText({});
            event->accept();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace holdline::monitor
