// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/statetexts.h"

#include "monitor/data/format.h"
#include "monitor/window/spantext.h"

#include <QCoreApplication>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

using Kind = BannerText::Kind;
using State = SourceStatus::State;

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(States)
};

/// Makes a sentence of an error. Texts of the operating system have no full stop.
QString sentence(const QString &text)
{
    const bool hasEnd = text.isEmpty() || text.endsWith(u'.') || text.endsWith(u'?');
    return text.left(1).toUpper() + text.mid(1) + (hasEnd ? QString() : u"."_s);
}

}  // namespace

QString nextTryText(const SourceStatus &status, const QDateTime &now)
{
    if (!status.nextTry)
        return {};
    const qint64 seconds = (std::max<qint64>(now.msecsTo(*status.nextTry), 0) + 999) / 1000;
    return seconds > 0 ? Texts::tr("Next try in %1 s.").arg(seconds) : Texts::tr("Trying now.");
}

BannerText connectionBanner(const SourceStatus &status, WallTime asOf, const QDateTime &now)
{
    const QString asOfText = Texts::tr("The views show the data as of %1.").arg(formatClock(asOf));
    switch (status.state) {
        case State::Live:
        case State::Recording:
            return {};
        case State::Loading:
            return {.icon = u"retrying"_s,
                    .text = Texts::tr("Connected. Loading a snapshot. %1").arg(asOfText)};
        case State::Lagging:
            return {.kind = Kind::Warning,
                    .icon = u"warning"_s,
                    .text = Texts::tr(
                                "The service sends updates faster than the monitor reads them. Loading a new "
                                "snapshot. %1")
                                .arg(asOfText)};
        case State::Connecting:
            return {
                .kind = Kind::Trouble,
                .icon = u"disconnected"_s,
                .text =
                    Texts::tr("Disconnected. %1 Attempt %2 is under way.").arg(asOfText).arg(status.attempt),
                .action = Texts::tr("Try now")};
        case State::Disconnected:
            return {.kind = Kind::Trouble,
                    .icon = u"disconnected"_s,
                    .text = QStringList{Texts::tr("Disconnected."), sentence(status.error), asOfText,
                                        nextTryText(status, now)}
                                .join(u' '),
                    .action = status.nextTry ? Texts::tr("Try now") : QString()};
        case State::VersionMismatch:
            return {
                .kind = Kind::Trouble,
                .icon = u"warning"_s,
                .text = QStringList{sentence(status.error), asOfText, nextTryText(status, now)}.join(u' '),
                .action = Texts::tr("Try now")};
    }
    return {};
}

Hint startHint(const std::optional<SourceStatus> &status, const QDateTime &now)
{
    if (!status)
        return {.icon = u"disconnected"_s,
                .title = Texts::tr("Which service?"),
                .text = Texts::tr(
                    "The monitor connects to a running holdline through its local socket. The path of the "
                    "socket is unknown, because neither HOLDLINE_MONITOR_SOCKET nor XDG_RUNTIME_DIR is set. "
                    "Start the service with a path of your choice, then connect to it:"),
                .command = u"holdline --monitor-socket /tmp/holdline.sock"_s};
    const QString errorText =
        QStringList{sentence(status->error), nextTryText(*status, now)}.join(u' ').trimmed();
    switch (status->state) {
        case State::Connecting:
            return {
                .icon = u"retrying"_s,
                .title = Texts::tr("Connecting"),
                .text = Texts::tr("Connecting to %1, attempt %2.").arg(status->where).arg(status->attempt)};
        case State::Loading:
        case State::Live:
        case State::Lagging:
            return {.icon = u"connected"_s,
                    .title = Texts::tr("Connected"),
                    .text = Texts::tr("Loading a snapshot from %1.").arg(status->where)};
        case State::Recording:
            return {.icon = u"play"_s,
                    .title = Texts::tr("A recording"),
                    .text = Texts::tr("%1 has no data at this position.").arg(status->where)};
        case State::Disconnected:
            if (!status->nextTry)
                return {.icon = u"disconnected"_s, .title = Texts::tr("Cannot open this"), .text = errorText};
            return {.icon = u"disconnected"_s,
                    .title = Texts::tr("No service there yet"),
                    .text = errorText,
                    .command = u"holdline --monitor-socket "_s + status->where};
        case State::VersionMismatch:
            return {.icon = u"warning"_s,
                    .title = Texts::tr("The service uses another protocol version"),
                    .text = errorText};
    }
    return {};
}

StateText shortStateText(const SourceStatus &status)
{
    switch (status.state) {
        case State::Connecting:
            return {u"retrying"_s, Texts::tr("Connecting"), Kind::Warning};
        case State::Loading:
            return {u"retrying"_s, Texts::tr("Loading"), Kind::Info};
        case State::Live:
            return {u"connected"_s, Texts::tr("Live"), Kind::Info};
        case State::Lagging:
            return {u"warning"_s, Texts::tr("Lagging"), Kind::Warning};
        case State::Disconnected:
            return {u"disconnected"_s, Texts::tr("Disconnected"), Kind::Trouble};
        case State::VersionMismatch:
            return {u"warning"_s, Texts::tr("Other version"), Kind::Trouble};
        case State::Recording:
            return {u"record"_s, Texts::tr("Recording"), Kind::Warning};
    }
    return {};
}

BannerText drainBanner(const LiveData &data)
{
    if (data.samples().isEmpty() || !data.samples().samples().back().draining || !data.service())
        return {};
    return {
        .kind = Kind::Warning,
        .icon = u"drain"_s,
        .text = Texts::tr("The service is draining. New requests get 503. %1 still held, %2 of them queued. "
                          "Requests left %3 after the start of the drain get 503 too.")
                    .arg(formatCounted(data.held(), Texts::tr("request is"), Texts::tr("requests are")),
                         formatCount(data.count(RowState::Queued)), spanText(data.service()->drainTimeout))};
}

BannerText storeBanner(const LiveData &data)
{
    if (data.samples().isEmpty())
        return {};
    const auto &store = data.samples().samples().back().store;
    if (!store || store->available)
        return {};
    return {
        .kind = Kind::Trouble,
        .icon = u"warning"_s,
        .text =
            Texts::tr("The store is not available. Requests that need a durable job get 503. Other requests "
                      "work. %1")
                .arg(sentence(QString::fromUtf8(store->error)))};
}

namespace {

/// " of https://a.example and 2 others". Empty without a name.
QString upstreamsText(const std::vector<UpstreamCircuit> &circuits)
{
    if (circuits.empty())
        return {};
    const QString first = QString::fromUtf8(circuits.front().upstream);
    const auto others = static_cast<std::int64_t>(circuits.size()) - 1;
    if (others == 0)
        return Texts::tr(" of %1").arg(first);
    return Texts::tr(" of %1 and %2")
        .arg(first, formatCounted(others, Texts::tr("other"), Texts::tr("others")));
}

}  // namespace

BannerText circuitBanner(const LiveData &data)
{
    if (data.samples().isEmpty() || data.samples().samples().back().circuit == CircuitState::Closed)
        return {};
    return {.kind = Kind::Warning,
            .icon = u"warning"_s,
            .text = Texts::tr(
                        "The circuit breaker%1 is open: the upstream cannot be reached, or fails for several "
                        "accounts. Its starts wait, and one at a time tries it. %2 queued. Only requests "
                        "that cannot wait for the next try get 503.")
                        .arg(upstreamsText(data.samples().samples().back().circuits),
                             formatCounted(data.count(RowState::Queued), Texts::tr("request is"),
                                           Texts::tr("requests are")))};
}

BannerText frozenBanner(const LiveData &data)
{
    if (!data.isFrozen())
        return {};
    return {.icon = u"freeze"_s,
            .text = Texts::tr("The views are frozen. %1 hidden.")
                        .arg(formatCounted(static_cast<std::int64_t>(data.hiddenChanges()),
                                           Texts::tr("change is"), Texts::tr("changes are"))),
            .action = Texts::tr("Unfreeze")};
}

BannerText lagBanner(std::uint64_t lags)
{
    if (lags == 0)
        return {};
    return {.kind = Kind::Warning,
            .icon = u"warning"_s,
            .text = Texts::tr("The monitor read updates too slowly. It loaded %1 since it connected.")
                        .arg(formatCounted(static_cast<std::int64_t>(lags), Texts::tr("new snapshot"),
                                           Texts::tr("new snapshots"))),
            .dismissable = true};
}

}  // namespace holdline::monitor
