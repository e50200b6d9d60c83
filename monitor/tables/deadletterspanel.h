// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/tables/recordpanel.h"

namespace holdline::monitor {

/// The panel with the dead letters of the last list that the service sent. It has actions to re-drive and to
/// discard dead letters.
class DeadLettersPanel : public RecordPanel
{
    Q_OBJECT

public:
    DeadLettersPanel(const LiveData &data, TimeSelection *selection, QWidget *parent = nullptr);

    /// Enables or disables the actions. Pass false while commands cannot reach the service.
    void setCommands(bool possible);
    DeadLetterPtr currentDeadLetter() const;  ///< null without a current row
    QAction *redriveAction() const { return m_redrive; }
    QAction *discardAction() const { return m_discard; }

Q_SIGNALS:
    void deadLetterSelected(const QByteArray &id);
    void redriveRequested(const QList<QByteArray> &deadLetters);
    void discardRequested(const QList<QByteArray> &deadLetters);

protected:
    QString entryTerm(const QString &key) const override;
    void updateCounts() override;
    QByteArray jobOf(const QByteArray &id) const override;
    void extendMenu(QMenu &menu) override;

private:
    QAction *m_redrive;
    QAction *m_discard;
};

}  // namespace holdline::monitor
