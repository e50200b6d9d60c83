// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/updatesource.h"

#include <QPointer>
#include <QTimer>
#include <QWidget>

namespace holdline::monitor {

class Banner;
class LiveData;

/// The banners of a window: connection, failed command, drain, store, circuit breaker, lag, and frozen views.
/// Follows the data and the source. The data must outlive the banners. Thread: the window's.
class StateBanners : public QWidget
{
    Q_OBJECT

public:
    explicit StateBanners(LiveData *live, QWidget *parent = nullptr);

    /// Sets the source whose connection state is shown. `source` may be null.
    void setSource(UpdateSource *source);
    /// Shows an error until the user dismisses it or another error replaces it.
    void showFailure(const QString &text);

Q_SIGNALS:
    void retryClicked();
    void unfreezeClicked();

private:
    void renew();
    void count(const Update &update);

    LiveData *m_data;
    QPointer<UpdateSource> m_source;
    QTimer m_clock;            ///< updates texts that contain a countdown or a growing count
    std::uint64_t m_lags = 0;  ///< snapshots that the service sent because the monitor lagged
    std::uint64_t m_lagsDismissed = 0;
    Banner *m_connection;
    Banner *m_drain;
    Banner *m_store;
    Banner *m_circuit;
    Banner *m_frozen;
    Banner *m_lag;
    Banner *m_failure;
};

}  // namespace holdline::monitor
