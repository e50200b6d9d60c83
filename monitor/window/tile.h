// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QList>

#include <cstdint>

class QLabel;
class QVBoxLayout;

namespace holdline::monitor {

/// One figure of the Overview: a title, a large number, a note, and optional drawings. The tile's size does
/// not depend on the texts. Its accessible name contains all texts. Follows the palette.
class Tile : public QFrame
{
    Q_OBJECT

public:
    enum class Tone : std::uint8_t { Calm, Warning, Alarming };

    explicit Tile(const QString &title, QWidget *parent = nullptr);

    /// Shows several numbers, each with a label. Call it once, before setFigure().
    void setValueLabels(const QStringList &labels);
    /// Shows the values and a note. The value "–" means unknown. Tones other than Calm add an icon beside the
    /// title, so that colour is not the only sign.
    void setFigure(const QStringList &values, const QString &note = {}, Tone tone = Tone::Calm);
    /// Adds a drawing below the number and takes ownership of it.
    void addDrawing(QWidget *drawing);
    /// Makes the tile clickable by mouse and key. A click emits activated().
    void setActivatable(bool activatable);

    QString value() const { return m_values.join(u' '); }
    QString note() const { return m_note; }

Q_SIGNALS:
    void activated();

protected:
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void renew();
    void describe();
    void showNote();

    QString m_title;
    QStringList m_valueNames;
    QStringList m_values{QStringLiteral("–")};
    QString m_note;
    Tone m_tone = Tone::Calm;
    bool m_activatable = false;
    QVBoxLayout *m_layout;
    QVBoxLayout *m_numbers;
    QLabel *m_titleLabel;
    QLabel *m_sign;
    QList<QLabel *> m_valueLabels;
    QList<QLabel *> m_valueNameLabels;
    QLabel *m_noteLabel;
};

}  // namespace holdline::monitor
