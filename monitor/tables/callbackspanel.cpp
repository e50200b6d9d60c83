// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/tables/callbackspanel.h"

#include "monitor/charts/icons.h"
#include "monitor/data/callbackstable.h"

#include <array>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

std::vector<Sidebar::Entry> outcomeEntries()
{
    std::vector<Sidebar::Entry> entries{{{}, CallbacksPanel::tr("All"), u"live"_s}};
    for (int i = 1; i < kCallbackOutcomeCount; ++i) {
        const auto callback = static_cast<CallbackOutcome>(i);
        const QString key(name(callback));
        entries.push_back({key, callbackText(callback), u"callback-"_s + key});
    }
    return entries;
}

}  // namespace

CallbacksPanel::CallbacksPanel(const LiveData &data, TimeSelection *selection, QWidget *parent)
    : RecordPanel(u"callbacks"_s, new CallbacksTable(data), data, selection, outcomeEntries(), parent)
{
    view().setAccessibleName(tr("Callbacks"));
    setNoDataText(tr("No callback has arrived yet."));
}

QString CallbacksPanel::entryTerm(const QString &key) const
{
    return key.isEmpty() ? QString() : u"outcome="_s + key;
}

void CallbacksPanel::updateCounts()
{
    if (!isVisible())
        return;
    std::array<int, kCallbackOutcomeCount> counts{};
    for (const CallbackRow &row : data().callbacks())
        ++counts[static_cast<std::size_t>(row.outcome)];
    sidebar().setCount({}, table().totalCount());
    for (int i = 1; i < kCallbackOutcomeCount; ++i)
        sidebar().setCount(QString(name(static_cast<CallbackOutcome>(i))),
                           counts[static_cast<std::size_t>(i)]);
}

QByteArray CallbacksPanel::jobOf(const QByteArray &id) const
{
    const CallbackPtr callback = static_cast<CallbacksTable &>(table()).at(table().rowOf(id));
    return callback ? callback->job : QByteArray();
}

}  // namespace holdline::monitor
