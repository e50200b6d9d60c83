// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/window/viewnames.h"

#include <QDockWidget>
#include <QMainWindow>

#include <array>

namespace holdline::monitor {

/// The views of a window as docks, which can be moved, stacked, floated and closed: what of a QMainWindow is
/// below its menu and its banners. Views are added once, in any order; resetLayout() afterwards.
class Workspace : public QMainWindow
{
    Q_OBJECT

public:
    explicit Workspace(QWidget *parent = nullptr);

    /// Takes the panel over.
    void add(View view, QWidget *panel);
    /// Null when it was not added.
    QDockWidget *dock(View view) const { return m_docks[static_cast<std::size_t>(view)]; }
    QWidget *panel(View view) const;
    /// Opens it if it is closed, brings it to the front and gives it the focus.
    void bring(View view);

    /// As it is for a new user.
    void resetLayout();
    QByteArray saveLayout() const { return saveState(kLayoutVersion); }
    /// False, and as for a new user, when it is not one of saveLayout() of the same views.
    bool restoreLayout(const QByteArray &layout);

    /// All texts pale: what is shown is not as things are now.
    void setStale(bool stale);

protected:
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    /// Another number when views come or go, so that an old layout is not taken for a new one.
    static constexpr int kLayoutVersion = 2;

    void paintStale();
    void applySizes();

    std::array<QDockWidget *, kViewCount> m_docks{};
    bool m_stale = false;
    bool m_wantsSizes = false;  ///< of the first layout, once it is known how much room there is
};

}  // namespace holdline::monitor
