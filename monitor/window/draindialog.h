// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QLabel;

namespace holdline::monitor {

class LiveData;

/// Asks whether the service is to drain, with what that means in numbers, which stay true while it is open.
/// accepted() is a yes; "no" is where the Enter key is. The data must outlive it.
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
