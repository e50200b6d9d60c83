// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QList>

#include <cstdint>

class QHBoxLayout;
class QLabel;
class QVBoxLayout;

namespace holdline::monitor {

/// One figure of the Overview: what it is, the number in large, a line of what belongs to it, and room for a
/// small drawing below. Its size does not depend on what it says. Read out as one: its accessible name is
/// the whole of it. Follows the palette.
class Tile : public QFrame
{
    Q_OBJECT

public:
    enum class Tone : std::uint8_t { Calm, Warning, Alarming };

    explicit Tile(const QString &title, QWidget *parent = nullptr);

    /// Several numbers below one another, each beside a word of its own. Called once, before setValues().
    void setWords(const QStringList &words);
    /// "–" for what is not known.
    void setValue(const QString &value) { setValues({value}); }
    void setValues(const QStringList &values);
    void setNote(const QString &note);
    /// Other than calm it also has a sign beside its title, so that it is not the colour alone.
    void setTone(Tone tone);
    /// A drawing below the number; the tile takes it over.
    void setDrawing(QWidget *drawing);
    /// Can be clicked and pressed by key: activated().
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
    QStringList m_words;
    QStringList m_values{QStringLiteral("–")};
    QString m_note;
    Tone m_tone = Tone::Calm;
    bool m_activatable = false;
    QVBoxLayout *m_layout;
    QVBoxLayout *m_numbers;
    QLabel *m_titleLabel;
    QLabel *m_sign;
    QList<QLabel *> m_valueLabels;
    QList<QLabel *> m_wordLabels;
    QLabel *m_noteLabel;
};

}  // namespace holdline::monitor
