// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/updatesource.h"

#include <QPointer>
#include <QTimer>
#include <QWidget>

namespace holdline::monitor {

class Banner;
class LiveData;

/// The banners of a window, one below the other: how the connection is, whether the service drains and can
/// store, whether
/// the views are frozen, what was left out, and what could not be done. Watches the data and the source by
/// itself. The data must outlive it. Thread: the window's.
class StateBanners : public QWidget
{
    Q_OBJECT

public:
    explicit StateBanners(LiveData *live, QWidget *parent = nullptr);

    /// Null: none.
    void setSource(UpdateSource *source);
    /// A command's failure, which stays until it is dismissed; a later one takes its place.
    void showFailure(const QString &text);
    /// Times a snapshot had to begin over since the source was set.
    std::uint64_t lags() const { return m_lags; }

Q_SIGNALS:
    void retryClicked();
    void thawClicked();

private:
    void renew();
    void count(const Update &update);

    LiveData *m_data;
    QPointer<UpdateSource> m_source;
    QTimer m_clock;  ///< what counts down or up
    std::uint64_t m_lags = 0;
    std::uint64_t m_lagsDismissed = 0;
    Banner *m_connection;
    Banner *m_drain;
    Banner *m_store;
    Banner *m_frozen;
    Banner *m_lag;
    Banner *m_failure;
};

}  // namespace holdline::monitor
