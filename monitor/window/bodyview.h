// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitormessages.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace holdline::monitor {

/// Shows the body of a message: JSON with indentation, other text unchanged, and binary data as a hex dump.
/// The buttons copy and save the unchanged bytes. Thread: the window's.
class BodyView : public QWidget
{
    Q_OBJECT

public:
    /// `what` is the accessible name, for example "Stored result".
    explicit BodyView(const QString &what, QWidget *parent = nullptr);

    /// Shows a body. The line above the body has `status`, which may be empty, the content type and the size.
    /// `fileName`, without a suffix, is the default file name for saving.
    void setBody(const BodyPart &body, const QString &status, const QString &fileName);
    void clear();
    QString text() const;
    QString head() const;

    /// Writes the unchanged bytes to a file. Returns an error text for the user, or an empty text.
    QString saveTo(const QString &path) const;

Q_SIGNALS:
    /// A text for the status bar.
    void statusMessage(const QString &text);

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
