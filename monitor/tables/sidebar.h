// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QListView>

#include <vector>

class QStandardItemModel;

namespace holdline::monitor {

/// A list beside a table, of which one entry is chosen: everything, or what is in one state, with how many
/// there are. Entries without any are shown pale, not hidden, so that nothing jumps.
class Sidebar : public QListView
{
    Q_OBJECT

public:
    struct Entry
    {
        QString key;  ///< "" for everything; remembered, so not translated
        QString text;
        QString icon;  ///< a name for icon()
    };

    /// `name` is its accessible name.
    Sidebar(const QString &name, const std::vector<Entry> &entries, QWidget *parent = nullptr);

    void setCount(const QString &key, qsizetype count);
    QString current() const;
    /// Chooses an entry; the first one when there is none of that key.
    void setCurrent(const QString &key);

    QSize sizeHint() const override;

Q_SIGNALS:
    void chosen(const QString &key);

private:
    QStandardItemModel *m_model;
};

}  // namespace holdline::monitor
