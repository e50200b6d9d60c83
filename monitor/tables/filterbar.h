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

/// The input line for a table's filter. The bar parses each change at once. It underlines and explains an
/// error, and keeps the last valid filter. It applies a valid filter 150 ms after the last key press.
class FilterBar : public QWidget
{
    Q_OBJECT

public:
    /// `fields` are the fields whose names the filter accepts and completes. The array behind `fields` must
    /// outlive the bar.
    explicit FilterBar(std::span<const Field> fields, QWidget *parent = nullptr);

    QString text() const;
    void setText(const QString &text);
    /// Appends a term to the text and applies the filter at once.
    void addTerm(const QString &term);
    /// Shows "12 of 8,431", or only the total when both are equal.
    void setCounts(qsizetype shown, qsizetype total);
    /// The last valid filter.
    const FilterQuery &query() const { return m_query; }
    /// The error in the text; empty while the text is valid.
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
    void showError(const FilterError *error);
    void underline(const FilterError *error);
    void offerFields();

    std::span<const Field> m_fields;
    QLineEdit *m_edit;
    QAction *m_stateIcon;
    QLabel *m_count;
    QLabel *m_errorText;
    QTimer *m_delay;
    QCompleter *m_completer;
    FilterQuery m_query;
    bool m_underlined = false;
};

}  // namespace holdline::monitor
