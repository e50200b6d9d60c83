// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/prometheustext.h"

#include <QLocale>

#include <cmath>

namespace holdline {

namespace {

using Microseconds = LatencyHistogram::Microseconds;

/// Upper bounds of the buckets, in milliseconds.
constexpr int kBounds[] = {1,   2,    5,    10,   20,     50,     100,    200,
                           500, 1000, 2000, 5000, 10'000, 30'000, 60'000, 300'000};

QByteArray number(double value)
{
    if (std::isnan(value))
        return QByteArrayLiteral("NaN");
    if (std::isinf(value))
        return value > 0 ? QByteArrayLiteral("+Inf") : QByteArrayLiteral("-Inf");
    return QByteArray::number(value, 'g', QLocale::FloatingPointShortest);
}

QByteArray seconds(Microseconds duration)
{
    return number(static_cast<double>(duration.count()) / 1e6);
}

QByteArray escaped(QByteArrayView text, bool inQuotes)
{
    QByteArray out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '\n')
            out += "\\n";
        else if (c == '"' && inQuotes)
            out += "\\\"";
        else
            out += c;
    }
    return out;
}

}  // namespace

void PrometheusText::open(QByteArrayView name, QByteArrayView type, QByteArrayView help)
{
    m_name = name.toByteArray();
    m_text += "# HELP " + m_name + ' ' + escaped(help, false) + "\n# TYPE " + m_name + ' ' +
              type.toByteArray() + '\n';
}

void PrometheusText::add(double value, Labels labels)
{
    line({}, labels, {}, number(value));
}

void PrometheusText::add(std::uint64_t value, Labels labels)
{
    line({}, labels, {}, QByteArray::number(qulonglong(value)));
}

void PrometheusText::add(const LatencyHistogram &histogram, Labels labels)
{
    for (const int bound : kBounds) {
        const Microseconds upper = std::chrono::milliseconds(bound);
        line("_bucket", labels, seconds(upper), QByteArray::number(qulonglong(histogram.countUpTo(upper))));
    }
    const QByteArray count = QByteArray::number(qulonglong(histogram.count()));
    line("_bucket", labels, "+Inf", count);
    line("_sum", labels, {}, seconds(histogram.sum()));
    line("_count", labels, {}, count);
}

void PrometheusText::line(QByteArrayView suffix, Labels labels, QByteArrayView le, const QByteArray &value)
{
    m_text += m_name;
    m_text += suffix;
    char before = '{';
    const auto label = [&](QByteArrayView name, QByteArrayView text) {
        m_text += before;
        m_text += name;
        m_text += "=\"" + escaped(text, true) + '"';
        before = ',';
    };
    for (const auto &[name, text] : labels)
        label(name, text);
    if (!le.isEmpty())
        label("le", le);
    m_text += before == ',' ? "} " : " ";
    m_text += value + '\n';
}

}  // namespace holdline
