// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/theme.h"

#include <QFontDatabase>
#include <QFontInfo>
#include <QFontMetricsF>

#include <algorithm>
#include <array>
#include <cmath>

namespace holdline::monitor {

namespace {

/// A base colour with a grey value (0 to 255) below this counts as dark.
constexpr int kMiddleGrey = 118;
/// Size of chart labels relative to the widget's font, and their minimum in points.
constexpr double kLabelShare = 0.9;
constexpr double kSmallestPoints = 8;

/// One chart colour in two variants: for drawn shapes (lines, bars) and for text.
struct InkColours
{
    QRgb mark;
    QRgb text;
};

/// The colours for light or for dark bases.
struct Colours
{
    std::array<InkColours, kInkCount> inks;  ///< indexed by Ink
    std::array<QRgb, 17> heat;               ///< heat-map colours, from few jobs to many
};

// The colours of Okabe and Ito, "Color Universal Design", moved towards black or white for contrast. Marks
// have a contrast of 3:1 to white and of 3.8:1 to #1b1e20, because tinted inks are harder to see on a dark
// base. Text colours have a contrast of 4.5:1. The heat-map colours are evenly spaced in Oklab lightness.
constexpr Colours kOnLight{.inks{{
                               {0xffc68900, 0xff9e6d00},  // Queued
                               {0xff9e962c, 0xff7f7823},  // Retrying
                               {0xff4a9bc8, 0xff3b7ca0},  // Starting
                               {0xff0072b2, 0xff0072b2},  // Running
                               {0xffcc79a7, 0xffa36186},  // Unconfirmed
                               {0xff009e73, 0xff008561},  // EndedOk
                               {0xffd55e00, 0xffc05500},  // EndedFailed
                               {0xff009e73, 0xff008561},  // Answer
                               {0xff009e73, 0xff008561},  // Good
                               {0xffc68900, 0xff9e6d00},  // Warn
                               {0xffd55e00, 0xffc05500},  // Bad
                               {0xff0072b2, 0xff0072b2},  // Line
                               {0xffd55e00, 0xffc05500},  // Deadline
                               {0xff307fd0, 0xff2d77c4},  // Selection
                               {0xffe7e7e7, 0xff737474},  // Grid
                               {0xff939495, 0xff757677},  // Axis
                               {0xff6e7072, 0xff6e7072},  // AxisText
                               {0xff232629, 0xff232629},  // Text
                           }},
                           .heat{{0xffc5e2fa, 0xffb1d7f6, 0xff9ccbf2, 0xff88bfec, 0xff74b4e6, 0xff61a8de,
                                  0xff4f9cd5, 0xff3f90cb, 0xff3084bf, 0xff2378b1, 0xff196ca3, 0xff136193,
                                  0xff115683, 0xff114b71, 0xff124060, 0xff13354e, 0xff132b3d}}};

constexpr Colours kOnDark{.inks{{
                              {0xffe69f00, 0xffe69f00},  // Queued
                              {0xfff0e442, 0xfff0e442},  // Retrying
                              {0xff56b4e9, 0xff56b4e9},  // Starting
                              {0xff1a80ba, 0xff308dc1},  // Running
                              {0xffcc79a7, 0xffcc79a7},  // Unconfirmed
                              {0xff009e73, 0xff009e73},  // EndedOk
                              {0xffd55e00, 0xffd7640a},  // EndedFailed
                              {0xff009e73, 0xff009e73},  // Answer
                              {0xff009e73, 0xff009e73},  // Good
                              {0xffe69f00, 0xffe69f00},  // Warn
                              {0xffd55e00, 0xffd7640a},  // Bad
                              {0xff1a80ba, 0xff308dc1},  // Line
                              {0xffd55e00, 0xffd7640a},  // Deadline
                              {0xff3d8ee9, 0xff3d8ee9},  // Selection
                              {0xff3f4243, 0xff848687},  // Grid
                              {0xff808283, 0xff858788},  // Axis
                              {0xffb0b1b1, 0xffb0b1b1},  // AxisText
                              {0xfffcfcfc, 0xfffcfcfc},  // Text
                          }},
                          .heat{{0xff1e3548, 0xff16415f, 0xff124c73, 0xff105785, 0xff126396, 0xff1a6fa6,
                                 0xff267bb5, 0xff3487c2, 0xff4393ce, 0xff54a0d9, 0xff65ace3, 0xff78b8ec,
                                 0xff8ac5f4, 0xff9ed1fb, 0xffb1ddff, 0xffc5eaff, 0xffd9f6ff}}};

QColor mixed(const QColor &one, const QColor &other, double share)
{
    const auto mix = [share](float a, float b) { return static_cast<float>(a + (b - a) * share); };
    return QColor::fromRgbF(mix(one.redF(), other.redF()), mix(one.greenF(), other.greenF()),
                            mix(one.blueF(), other.blueF()));
}

const Colours &coloursOn(bool dark)
{
    return dark ? kOnDark : kOnLight;
}

}  // namespace

Theme::Theme(const QPalette &palette)
    : m_base(palette.color(QPalette::Active, QPalette::Base)), m_dark(qGray(m_base.rgb()) < kMiddleGrey)
{
}

QColor Theme::operator[](Ink ink) const
{
    return QColor(coloursOn(m_dark).inks[static_cast<std::size_t>(ink)].mark);
}

QColor Theme::readable(Ink ink) const
{
    return QColor(coloursOn(m_dark).inks[static_cast<std::size_t>(ink)].text);
}

QColor Theme::tint(Ink ink, double share) const
{
    return mixed(m_base, (*this)[ink], share);
}

QColor Theme::heat(double share) const
{
    const auto &stops = coloursOn(m_dark).heat;
    const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(stops.size() - 1);
    const auto before = std::min(static_cast<std::size_t>(at), stops.size() - 2);
    return mixed(QColor(stops[before]), QColor(stops[before + 1]), at - static_cast<double>(before));
}

bool endedWell(const JobRow &row)
{
    return row.outcome == Reason::Completed || row.outcome == Reason::PassedThrough;
}

Ink inkOf(RowState state)
{
    static constexpr std::array kInks{Ink::Queued,  Ink::Retrying,    Ink::Starting,
                                      Ink::Running, Ink::Unconfirmed, Ink::EndedOk};
    static_assert(kInks.size() == kRowStateCount);
    return kInks[static_cast<std::size_t>(state)];
}

Ink inkOf(Phase phase)
{
    static constexpr std::array kInks{Ink::Queued, Ink::Starting, Ink::Running, Ink::Line};
    static_assert(kInks.size() == kPhaseCount);
    return kInks[static_cast<std::size_t>(phase)];
}

Ink inkOf(CallbackOutcome outcome)
{
    switch (outcome) {
        case CallbackOutcome::Matched:
        case CallbackOutcome::Early:
        case CallbackOutcome::Progress:
            return Ink::Good;
        case CallbackOutcome::Duplicate:
        case CallbackOutcome::Late:
            return Ink::Warn;
        case CallbackOutcome::Unknown:
        case CallbackOutcome::Mismatched:
        case CallbackOutcome::Malformed:
        case CallbackOutcome::Unauthorised:
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
    // Common desktop fonts with tabular digits.
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
