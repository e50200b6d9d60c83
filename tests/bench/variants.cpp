// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/variants.h"

namespace holdline::bench {

using namespace Qt::StringLiterals;

namespace {

struct Switch
{
    QString flag;
    Variant variant;
};

}  // namespace

Variants findVariants(const Options &options)
{
    const auto wanted = [&options](const QString &name) {
        return options.variants.isEmpty() || options.variants.contains(name);
    };
    Variants variants;
    variants.compared.push_back({kAsItIs, {}});
    const std::vector<Switch> switches{
        {u"event-loop"_s, {kQtLoop, {u"--event-loop"_s, u"qt"_s}}},
        {u"upstream-transport"_s, {kStockManager, {u"--upstream-transport"_s, u"qt"_s}}}};
    for (const Switch &one : switches) {
        if (!wanted(one.variant.name))
            continue;
        if (knowsFlag(options.paths.holdline, one.flag))
            variants.compared.push_back(one.variant);
        else
            variants.leftOut += u"%1 (this holdline has no --%2)"_s.arg(one.variant.name, one.flag);
    }
    variants.knowsMonitor = knowsFlag(options.paths.holdline, u"monitor-socket"_s);
    if (!variants.knowsMonitor)
        variants.leftOut += u"monitor (this holdline has no --monitor-socket)"_s;
    variants.knowsStore = knowsFlag(options.paths.holdline, u"store"_s);
    if (!variants.knowsStore)
        variants.leftOut += u"keyed and restart (this holdline has no --store)"_s;
    if (knowsFlag(options.paths.holdline, u"threads"_s)) {
        variants.threads = {{u"1 thread"_s, {u"--threads"_s, u"1"_s}},
                            {u"2 threads"_s, {u"--threads"_s, u"2"_s}}};
    } else {
        variants.leftOut += u"shards (this holdline has no --threads)"_s;
    }
    return variants;
}

}  // namespace holdline::bench
