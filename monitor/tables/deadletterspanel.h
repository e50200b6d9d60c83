// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/tables/recordpanel.h"

namespace holdline::monitor {

/// The dead letters as they were listed last, with what can be done to them.
class DeadLettersPanel : public RecordPanel
{
    Q_OBJECT

public:
    DeadLettersPanel(const LiveData &data, TimeSelection *selection, QWidget *parent = nullptr);

    /// Whether commands reach the service.
    void setCommands(bool possible);
    QList<QByteArray> selectedDeadLetters() const;
    DeadLetterPtr currentDeadLetter() const;  ///< null: none
    QAction *redriveAction() const { return m_redrive; }
    QAction *discardAction() const { return m_discard; }

Q_SIGNALS:
    void deadLetterSelected(const QByteArray &id);
    void redriveRequested(const QList<QByteArray> &letters);
    void discardRequested(const QList<QByteArray> &letters);

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
