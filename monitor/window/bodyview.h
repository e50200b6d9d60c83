// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace holdline::monitor {

/// A body to be read: JSON laid out, other text as it came, anything else in hexadecimal. Copies and saves
/// the bytes as they came. Thread: the window's.
class BodyView : public QWidget
{
    Q_OBJECT

public:
    /// `what` is its accessible name, "Stored result".
    explicit BodyView(const QString &what, QWidget *parent = nullptr);

    /// `status` is shown before type and size where it is not empty; `fileName`, without a suffix, is
    /// proposed for saving.
    void setBody(const BodyPart &body, const QString &status, const QString &fileName);
    void clear();
    QString text() const;
    QString head() const;

    /// Empty, or why it could not be written.
    QString saveTo(const QString &path) const;

Q_SIGNALS:
    /// For the status bar.
    void told(const QString &text);

private:
    void chooseFile();

    const QString m_what;
    BodyPart m_body;
    QString m_fileName;
    QLabel *m_head;
    QPlainTextEdit *m_text;
    QPushButton *m_copy;
    QPushButton *m_save;
};

}  // namespace holdline::monitor
