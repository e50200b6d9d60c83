// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/tables/recordpanel.h"

namespace holdline::monitor {

/// The panel with the callback ledger. Its sidebar selects callbacks by outcome.
class CallbacksPanel : public RecordPanel
{
    Q_OBJECT

public:
    CallbacksPanel(const LiveData &data, TimeSelection *selection, QWidget *parent = nullptr);

protected:
    QString entryTerm(const QString &key) const override;
    void updateCounts() override;
    QByteArray jobOf(const QByteArray &id) const override;
};

}  // namespace holdline::monitor
