// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QLabel;

namespace holdline::monitor {

class LiveData;

/// Asks the user to confirm the drain of the service. Shows how many requests the drain would affect now. The
/// signal accepted() means that the user confirmed. The Enter key cancels. The data must outlive the dialog.
class DrainDialog : public QDialog
{
    Q_OBJECT

public:
    DrainDialog(const LiveData *live, QWidget *parent);

    QString text() const;

private:
    void renew();

    const LiveData *m_data;
    QLabel *m_text;
};

}  // namespace holdline::monitor
