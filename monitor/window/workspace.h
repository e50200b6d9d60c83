// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/window/viewnames.h"

#include <QDockWidget>
#include <QMainWindow>

#include <array>

namespace holdline::monitor {

/// The area of a window with the views as docks, which the user can move, stack, float and close. It is a
/// QMainWindow inside the main window, below the banners. Add each view once, then call resetLayout().
class Workspace : public QMainWindow
{
    Q_OBJECT

public:
    explicit Workspace(QWidget *parent = nullptr);

    /// Adds a view as a dock. Takes ownership of the panel.
    void add(View view, QWidget *panel);
    /// Returns a view's dock; null when the view was not added.
    QDockWidget *dock(View view) const { return m_docks[static_cast<std::size_t>(view)]; }
    QWidget *panel(View view) const;
    /// Opens the view if it is closed, brings it to the front and gives it the focus.
    void bring(View view);

    /// Restores the default layout.
    void resetLayout();
    QByteArray saveLayout() const { return saveState(kLayoutVersion); }
    /// Returns false and restores the default when `layout` is invalid or from another kLayoutVersion.
    bool restoreLayout(const QByteArray &layout);

    /// Makes all texts pale, or normal again. Pass true while the data is outdated.
    void setStale(bool stale);

protected:
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    /// Increase this version when views are added or removed, so that old layouts are not restored.
    static constexpr int kLayoutVersion = 2;

    void paintStale();
    void applySizes();

    std::array<QDockWidget *, kViewCount> m_docks{};
    bool m_stale = false;
    bool m_wantsSizes = false;  ///< the default layout still needs its dock sizes, once the window has a size
};

}  // namespace holdline::monitor
