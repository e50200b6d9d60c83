// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/filterquery.h"

#include <QWidget>

#include <span>

class QAction;
class QCompleter;
class QLabel;
class QLineEdit;
class QTimer;

namespace holdline::monitor {

/// Where a table's filter is written. Each change is parsed at once: what is wrong is underlined and
/// explained, and the last good filter stays; what is right is applied a moment after the last key.
class FilterBar : public QWidget
{
    Q_OBJECT

public:
    /// `fields` are those that can be named, offered while typing; they must outlive it.
    explicit FilterBar(std::span<const Field> fields, QWidget *parent = nullptr);

    QString text() const;
    void setText(const QString &text);
    /// Adds a term to what is there, and applies it at once.
    void addTerm(const QString &term);
    /// "12 of 8,431"; the second alone when all are shown.
    void setCounts(qsizetype shown, qsizetype total);
    /// The last good filter.
    const FilterQuery &query() const { return m_query; }
    /// Why the text is not a filter; empty while it is.
    QString error() const;

    void focusFilter();

Q_SIGNALS:
    void queryChanged(const holdline::monitor::FilterQuery &query);

protected:
    void changeEvent(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void onEdited();
    void apply();
    void showVerdict(const FilterError *error);
    void underline(const FilterError *error);
    void offerFields();

    std::span<const Field> m_fields;
    QLineEdit *m_edit;
    QAction *m_verdict;
    QLabel *m_count;
    QLabel *m_errorText;
    QTimer *m_delay;
    QCompleter *m_completer;
    FilterQuery m_query;
    bool m_underlined = false;
};

}  // namespace holdline::monitor
