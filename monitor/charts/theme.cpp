// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/theme.h"

#include "monitor/charts/oklab.h"

#include <QFontDatabase>
#include <QFontInfo>
#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace holdline::monitor {

namespace {

constexpr double kMarkContrast = 3.0;
/// On dark, thinned inks lose themselves sooner.
constexpr double kMarkContrastOnDark = 3.8;
constexpr double kTextContrast = 4.5;
/// Charts' labels are this much of the widget's font, and never smaller than that.
constexpr double kLabelShare = 0.9;
constexpr double kSmallestPoints = 8;

// Okabe and Ito, "Color Universal Design".
constexpr QRgb kOrange = 0xffe69f00;
constexpr QRgb kSky = 0xff56b4e9;
constexpr QRgb kGreen = 0xff009e73;
constexpr QRgb kYellow = 0xfff0e442;
constexpr QRgb kBlue = 0xff0072b2;
constexpr QRgb kVermillion = 0xffd55e00;
constexpr QRgb kPurple = 0xffcc79a7;

double luminance(const QColor &colour)
{
    return 0.2126 * linearLight(colour.redF()) + 0.7152 * linearLight(colour.greenF()) +
           0.0722 * linearLight(colour.blueF());
}

QColor mixed(const QColor &one, const QColor &other, double share)
{
    const auto mix = [share](float a, float b) { return static_cast<float>(a + (b - a) * share); };
    return QColor::fromRgbF(mix(one.redF(), other.redF()), mix(one.greenF(), other.greenF()),
                            mix(one.blueF(), other.blueF()));
}

}  // namespace

double contrast(const QColor &one, const QColor &other)
{
    const double a = luminance(one) + 0.05;
    const double b = luminance(other) + 0.05;
    return std::max(a, b) / std::min(a, b);
}

QColor withContrast(QColor colour, const QColor &base, double wanted)
{
    const QColor end = contrast(Qt::black, base) > contrast(Qt::white, base) ? Qt::black : Qt::white;
    const QColor from = colour;
    constexpr int kSteps = 50;
    for (int step = 1; contrast(colour, base) < wanted && step <= kSteps; ++step)
        colour = mixed(from, end, static_cast<double>(step) / kSteps);
    return colour;
}

Theme::Theme(const QPalette &palette)
    : m_base(palette.color(QPalette::Active, QPalette::Base)),
      m_dark(luminance(palette.color(QPalette::Active, QPalette::Window)) < 0.18)
{
    // Cells of tables ask for the same one over and over.
    const std::array key{m_base.rgba(), palette.color(QPalette::Active, QPalette::Text).rgba(),
                         palette.color(QPalette::Active, QPalette::Window).rgba(),
                         palette.color(QPalette::Active, QPalette::Highlight).rgba()};
    thread_local std::array<QRgb, 4> lastKey{};
    thread_local std::array<QColor, kInkCount> lastInks;
    if (key != lastKey || !lastInks.front().isValid()) {
        chooseInks(palette);
        lastKey = key;
        lastInks = m_inks;
    } else {
        m_inks = lastInks;
    }
}

void Theme::chooseInks(const QPalette &palette)
{
    const QColor text = withContrast(palette.color(QPalette::Active, QPalette::Text), m_base, kTextContrast);
    const auto set = [this](Ink ink, QColor colour) { m_inks[static_cast<std::size_t>(ink)] = colour; };
    const double marks = m_dark ? kMarkContrastOnDark : kMarkContrast;
    const auto mark = [&](Ink ink, QRgb rgb) { set(ink, withContrast(QColor(rgb), m_base, marks)); };
    mark(Ink::Queued, kOrange);
    mark(Ink::Retrying, kYellow);
    mark(Ink::Starting, kSky);
    mark(Ink::Running, kBlue);
    mark(Ink::Unconfirmed, kPurple);
    mark(Ink::EndedOk, kGreen);
    mark(Ink::EndedFailed, kVermillion);
    mark(Ink::Answer, kGreen);
    mark(Ink::Good, kGreen);
    mark(Ink::Warn, kOrange);
    mark(Ink::Bad, kVermillion);
    mark(Ink::Line, kBlue);
    mark(Ink::Deadline, kVermillion);
    mark(Ink::Selection, palette.color(QPalette::Active, QPalette::Highlight).rgb());
    set(Ink::Grid, mixed(m_base, text, m_dark ? 0.16 : 0.11));
    set(Ink::Axis, withContrast(mixed(m_base, text, 0.45), m_base, kMarkContrast));
    set(Ink::AxisText, withContrast(mixed(m_base, text, 0.66), m_base, kTextContrast));
    set(Ink::Text, text);
}

QColor Theme::readable(Ink ink) const
{
    return withContrast((*this)[ink], m_base, kTextContrast);
}

QColor Theme::tint(Ink ink, double share) const
{
    return mixed(m_base, (*this)[ink], share);
}

QColor Theme::heat(double share) const
{
    const double t = std::clamp(share, 0.0, 1.0);
    // Lightness runs evenly from near the base to its far side. The hue stays that of the blue; there is most
    // of it in the middle, as the ends have no room for colour.
    const double lightness = m_dark ? 0.32 + t * 0.64 : 0.90 - t * 0.62;
    const double chroma = 0.045 + 0.075 * std::sin(3.14159265358979 * std::pow(t, m_dark ? 0.8 : 1.0));
    constexpr double kHue = 4.25;  // radians
    return fromOklab({lightness, chroma * std::cos(kHue), chroma * std::sin(kHue)});
}

bool endedWell(const JobRow &row)
{
    return row.outcome == Reason::Completed || row.outcome == Reason::PassedThrough;
}

Ink inkOf(const JobRow &row)
{
    return row.state == RowState::Ended && !endedWell(row) ? Ink::EndedFailed : inkOf(row.state);
}

Ink inkOf(RowState state)
{
    switch (state) {
        case RowState::Queued:
            return Ink::Queued;
        case RowState::Retrying:
            return Ink::Retrying;
        case RowState::Starting:
            return Ink::Starting;
        case RowState::Running:
            return Ink::Running;
        case RowState::Unconfirmed:
            return Ink::Unconfirmed;
        case RowState::Ended:
            return Ink::EndedOk;
    }
    return Ink::Text;
}

Ink inkOf(Phase phase)
{
    switch (phase) {
        case Phase::Queue:
            return Ink::Queued;
        case Phase::Start:
            return Ink::Starting;
        case Phase::Job:
            return Ink::Running;
        case Phase::Total:
            break;
    }
    return Ink::Line;
}

Ink inkOf(CallbackOutcome word)
{
    switch (word) {
        case CallbackOutcome::Matched:
        case CallbackOutcome::Early:
            return Ink::Good;
        case CallbackOutcome::Duplicate:
        case CallbackOutcome::Late:
            return Ink::Warn;
        case CallbackOutcome::Unknown:
        case CallbackOutcome::Mismatched:
        case CallbackOutcome::Malformed:
            return Ink::Bad;
        case CallbackOutcome::None:
            break;
    }
    return Ink::Text;
}

bool hasTabularDigits(const QFont &font)
{
    const QFontMetricsF metrics(font);
    const double width = metrics.horizontalAdvance(u'0');
    for (char16_t digit = u'1'; digit <= u'9'; ++digit) {
        if (std::abs(metrics.horizontalAdvance(QChar(digit)) - width) > 0.01)
            return false;
    }
    return true;
}

QFont tabularFont(const QFont &font)
{
    if (hasTabularDigits(font))
        return font;
    // Of the usual desktop fonts, those whose digits have one width as they are.
    static constexpr std::array kFamilies{"Noto Sans", "Cantarell", "Open Sans", "DejaVu Sans",
                                          "Liberation Sans"};
    for (const char *family : kFamilies) {
        QFont other(font);
        other.setFamilies({QString::fromLatin1(family)});
        if (QFontInfo(other).family() == QLatin1StringView(family) && hasTabularDigits(other))
            return other;
    }
    QFont fixed(font);
    fixed.setFamilies({QFontDatabase::systemFont(QFontDatabase::FixedFont).family()});
    return fixed;
}

QFont chartFont(const QFont &font)
{
    QFont labels(font);
    if (font.pointSizeF() > 0)
        labels.setPointSizeF(std::max(font.pointSizeF() * kLabelShare, kSmallestPoints));
    else
        labels.setPixelSize(std::max(static_cast<int>(std::lround(font.pixelSize() * kLabelShare)), 10));
    return tabularFont(labels);
}

}  // namespace holdline::monitor
