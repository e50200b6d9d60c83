// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/faults.h"

#include "core/config/values.h"

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array<const char *, kFaultCount> kWords{"start_500",   "start_503", "reset", "garbage",
                                                       "no_callback", "duplicate", "early", "late",
                                                       "wrong_id",    "failed"};
constexpr std::array kAnswerFaults{Fault::Start500, Fault::Start503, Fault::Reset, Fault::Garbage};
constexpr std::array kCallbackFaults{Fault::Duplicate, Fault::Early, Fault::Late, Fault::WrongId};

bool isPlainNumber(QStringView text)
{
    // QStringView::toDouble() would also accept "1e1", "inf" and "+1".
    return !text.isEmpty() && text.size() <= 9 && std::all_of(text.begin(), text.end(), [](QChar c) {
        return (c >= u'0' && c <= u'9') || c == u'.';
    });
}

}  // namespace

QByteArray faultName(Fault fault)
{
    return kWords[static_cast<std::size_t>(fault)];
}

QByteArray spoiledAnswer(const QByteArray &json, std::uint64_t which)
{
    const QByteArray head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ";
    switch (which % 3) {
        case 0:
            return "\x16\x03\x01 this is not HTTP\r\n\r\n" + json;
        case 1:
            return head + "18\r\n\r\n<html>oops</html>\n";
        default:
            return head + QByteArray::number(json.size()) + "\r\n\r\n" + json.first(json.size() / 2);
    }
}

FaultPlan FaultDice::roll()
{
    FaultPlan plan;
    for (std::size_t i = 0; i < kFaultCount; ++i) {
        // Draws a number for every fault, even with a share of 0, so that the draws of the other faults do
        // not change.
        const auto roll = static_cast<double>(m_random() % 1'000'000) / 10'000;
        plan.set(static_cast<Fault>(i), roll < m_options.percent[i]);
    }

    bool answered = false;
    for (const Fault fault : kAnswerFaults) {
        if (answered)
            plan.set(fault, false);
        answered = answered || plan.has(fault);
    }
    if (plan.has(Fault::NoCallback)) {
        for (const Fault fault : kCallbackFaults)
            plan.set(fault, false);
    }
    if (plan.has(Fault::Early))
        plan.set(Fault::Late, false);
    return plan;
}

std::optional<double> parsePercent(QStringView text)
{
    if (text.endsWith(u'%'))
        text.chop(1);
    if (!isPlainNumber(text))
        return std::nullopt;
    bool ok = false;
    const double percent = text.toDouble(&ok);
    if (!ok || percent > 100)
        return std::nullopt;
    return percent;
}

std::optional<LateFault> parseLateFault(QStringView text)
{
    LateFault late;
    if (const auto colon = text.indexOf(u':'); colon >= 0) {
        const auto percent = parsePercent(text.first(colon));
        if (!percent)
            return std::nullopt;
        late.percent = *percent;
        text = text.sliced(colon + 1);
    }
    auto by = parseDuration(text);
    if (!by)
        by = parseDuration(text.toString() + "ms"_L1);  // plain milliseconds
    if (!by)
        return std::nullopt;
    late.by = *by;
    return late;
}

}  // namespace holdline
