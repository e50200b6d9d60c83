// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QPointer>

#include <cstdint>

class QAbstractButton;
class QLabel;
class QPushButton;
class QToolButton;

namespace holdline::monitor {

/// What a Banner says. Plain data.
struct BannerText
{
    enum class Kind : std::uint8_t { Info, Warning, Trouble };
    Kind kind = Kind::Info;
    QString icon;  ///< name of one of ours
    QString text;
    QString action;  ///< what its button is called; empty: none
    bool dismissable = false;

    friend bool operator==(const BannerText &, const BannerText &) = default;
};

/// A line across the window that tells of a state while it lasts: never a box that wants to be answered.
/// Hidden while it has no text. Screen readers hear of each new text. Follows the palette.
class Banner : public QFrame
{
    Q_OBJECT

public:
    explicit Banner(QWidget *parent = nullptr);

    /// With an empty text it hides. The same again changes nothing.
    void show(const BannerText &text);
    void clear() { show({}); }
    const BannerText &shown() const { return m_shown; }

Q_SIGNALS:
    void actionClicked();
    /// It was closed; it is hidden already.
    void dismissed();

protected:
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void renew();

    BannerText m_shown;
    QLabel *m_icon;
    QLabel *m_text;
    QPushButton *m_action;
    QToolButton *m_close;
};

}  // namespace holdline::monitor
