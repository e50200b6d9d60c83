// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include <cstdint>

class QLabel;
class QPushButton;
class QToolButton;

namespace holdline::monitor {

/// The content of a Banner.
struct BannerText
{
    enum class Kind : std::uint8_t { Info, Warning, Trouble };
    Kind kind = Kind::Info;
    QString icon = {};  ///< a name for icon()
    QString text = {};
    QString action = {};  ///< text of the button; empty for no button
    bool dismissable = false;

    friend bool operator==(const BannerText &, const BannerText &) = default;
};

/// A line across the window that shows a state for as long as the state lasts. Hidden while its text is
/// empty. Announces new texts to screen readers. Follows the palette.
class Banner : public QFrame
{
    Q_OBJECT

public:
    explicit Banner(QWidget *parent = nullptr);

    /// Shows `text`. An empty text hides the banner.
    void show(const BannerText &text);
    void clear() { show({}); }
    const BannerText &shown() const { return m_shown; }

Q_SIGNALS:
    void actionClicked();
    /// The user closed the banner. The banner is already hidden when this signal is emitted.
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
