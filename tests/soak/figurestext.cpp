// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/figurestext.h"

namespace holdline::soak {

QByteArray figuresText(const Figures &figures)
{
    QByteArrayList parts;
    const auto add = [&](const QByteArray &name, std::uint64_t value) {
        parts.append(name + ' ' + QByteArray::number(qulonglong(value)));
    };
    std::uint64_t orders = 0;
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
        orders += figures.orders.at(kind);
        if (figures.orders.at(kind) > 0)
            add(name(static_cast<Kind>(kind)), figures.orders.at(kind));
    }
    parts.prepend("jobs " + QByteArray::number(qulonglong(orders)));
    add("answers", figures.answers);
    add("completed", figures.completed);
    add("replayed", figures.replayed);
    add("cancelled", figures.cancelled);
    add("left", figures.left);
    add("lost", figures.lost);
    add("twice", figures.twice);
    add("contradictory", figures.contradictory);
    add("in_doubt", figures.inDoubt);
    add("durable_failed", figures.durableFailed);
    add("plain_failed", figures.plainFailed);
    QByteArrayList failures;
    for (const auto &[code, count] : figures.failures)
        failures.append(code + ' ' + QByteArray::number(qulonglong(count)));
    if (!failures.isEmpty())
        parts.append('(' + failures.join(", ") + ')');
    return parts.join(", ");
}

}  // namespace holdline::soak
