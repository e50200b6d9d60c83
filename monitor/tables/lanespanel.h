// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/tables/recordpanel.h"

class QLabel;

namespace holdline::monitor {

/// The panel with the lanes of all accounts, and a forecast for the selected lane's queue.
class LanesPanel : public RecordPanel
{
    Q_OBJECT

public:
    LanesPanel(const LiveData &data, TimeSelection *selection, QWidget *parent = nullptr);

    /// Returns the forecast as text: "50 queued jobs start within 1.9 s". Empty for an empty queue.
    static QString forecast(const LaneRow &lane);

Q_SIGNALS:
    void pauseRequested(const QByteArray &account);
    void resumeRequested(const QByteArray &account);

protected:
    QString entryTerm(const QString &key) const override;
    void updateCounts() override;
    QByteArray jobOf(const QByteArray &) const override { return {}; }
    void extendMenu(QMenu &menu) override;

private:
    void showForecast();
    LanePtr currentLane() const;  ///< null without a current row

    QAction *m_pause;
    QAction *m_resume;
    QLabel *m_forecast;
};

}  // namespace holdline::monitor
