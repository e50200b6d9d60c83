// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QListView>

#include <vector>

class QStandardItemModel;

namespace holdline::monitor {

/// A list beside a table that selects a group of rows, for example one state. Each entry shows a count.
/// Entries with a count of 0 are pale but not hidden, so that the other entries do not move.
class Sidebar : public QListView
{
    Q_OBJECT

public:
    struct Entry
    {
        QString key;   ///< empty for "All"; saved in the settings, so not translated
        QString text;  ///< for the user
        QString icon;  ///< a name for icon()
    };

    /// `name` is the sidebar's accessible name.
    Sidebar(const QString &name, const std::vector<Entry> &entries, QWidget *parent = nullptr);

    void setCount(const QString &key, qsizetype count);
    QString current() const;
    /// Selects the entry with this key, or the first entry when no entry has the key.
    void setCurrent(const QString &key);

    QSize sizeHint() const override;

Q_SIGNALS:
    void entrySelected(const QString &key);

private:
    QStandardItemModel *m_model;
};

}  // namespace holdline::monitor
