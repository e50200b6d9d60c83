// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/statetexts.h"

#include "monitor/data/format.h"
#include "monitor/window/spantext.h"

#include <QCoreApplication>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

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
    BannerText banner;
    switch (status.state) {
        case SourceStatus::State::Live:
        case SourceStatus::State::Recording:
            return {};
        case SourceStatus::State::Loading:
            banner.icon = u"retrying"_s;
            banner.text = Texts::tr("Connected. Loading a snapshot. %1").arg(asOfText);
            return banner;
        case SourceStatus::State::Lagging:
            banner.kind = BannerText::Kind::Warning;
            banner.icon = u"warning"_s;
            banner.text = Texts::tr(
                              "The service sends updates faster than the monitor reads them. Loading a new "
                              "snapshot. %1")
                              .arg(asOfText);
            return banner;
        case SourceStatus::State::Connecting:
            banner.kind = BannerText::Kind::Trouble;
            banner.icon = u"disconnected"_s;
            banner.text =
                Texts::tr("Disconnected. %1 Attempt %2 is under way.").arg(asOfText).arg(status.attempt);
            banner.action = Texts::tr("Try now");
            return banner;
        case SourceStatus::State::Disconnected:
            banner.kind = BannerText::Kind::Trouble;
            banner.icon = u"disconnected"_s;
            banner.text = QStringList{Texts::tr("Disconnected."), sentence(status.error), asOfText,
                                      nextTryText(status, now)}
                              .join(u' ');
            banner.action = status.nextTry ? Texts::tr("Try now") : QString();
            return banner;
        case SourceStatus::State::VersionMismatch:
            banner.kind = BannerText::Kind::Trouble;
            banner.icon = u"warning"_s;
            banner.text = QStringList{sentence(status.error), asOfText, nextTryText(status, now)}.join(u' ');
            banner.action = Texts::tr("Try now");
            return banner;
    }
    return banner;
}

Hint startHint(const std::optional<SourceStatus> &status, const QDateTime &now)
{
    Hint hint;
    if (!status) {
        hint.icon = u"disconnected"_s;
        hint.title = Texts::tr("Which service?");
        hint.text = Texts::tr(
            "The monitor connects to a running holdline through its local socket. The path of the socket is "
            "unknown, because neither HOLDLINE_MONITOR_SOCKET nor XDG_RUNTIME_DIR is set. Start the "
            "service with a path of your choice, then connect to it:");
        hint.command = u"holdline --monitor-socket /tmp/holdline.sock"_s;
        return hint;
    }
    switch (status->state) {
        case SourceStatus::State::Connecting:
            hint.icon = u"retrying"_s;
            hint.title = Texts::tr("Connecting");
            hint.text = Texts::tr("Connecting to %1, attempt %2.").arg(status->where).arg(status->attempt);
            return hint;
        case SourceStatus::State::Loading:
        case SourceStatus::State::Live:
        case SourceStatus::State::Lagging:
            hint.icon = u"connected"_s;
            hint.title = Texts::tr("Connected");
            hint.text = Texts::tr("Loading a snapshot from %1.").arg(status->where);
            return hint;
        case SourceStatus::State::Recording:
            hint.icon = u"play"_s;
            hint.title = Texts::tr("A recording");
            hint.text = Texts::tr("%1 has no data at this position.").arg(status->where);
            return hint;
        case SourceStatus::State::Disconnected:
            hint.icon = u"disconnected"_s;
            hint.title = status->nextTry ? Texts::tr("No service there yet") : Texts::tr("Cannot open this");
            hint.text = QStringList{sentence(status->error), nextTryText(*status, now)}.join(u' ').trimmed();
            if (status->nextTry)
                hint.command = u"holdline --monitor-socket "_s + status->where;
            return hint;
        case SourceStatus::State::VersionMismatch:
            hint.icon = u"warning"_s;
            hint.title = Texts::tr("The service uses another protocol version");
            hint.text = QStringList{sentence(status->error), nextTryText(*status, now)}.join(u' ').trimmed();
            return hint;
    }
    return hint;
}

StateText shortStateText(const SourceStatus &status)
{
    using Kind = BannerText::Kind;
    switch (status.state) {
        case SourceStatus::State::Connecting:
            return {u"retrying"_s, Texts::tr("Connecting"), Kind::Warning};
        case SourceStatus::State::Loading:
            return {u"retrying"_s, Texts::tr("Loading"), Kind::Info};
        case SourceStatus::State::Live:
            return {u"connected"_s, Texts::tr("Live"), Kind::Info};
        case SourceStatus::State::Lagging:
            return {u"warning"_s, Texts::tr("Lagging"), Kind::Warning};
        case SourceStatus::State::Disconnected:
            return {u"disconnected"_s, Texts::tr("Disconnected"), Kind::Trouble};
        case SourceStatus::State::VersionMismatch:
            return {u"warning"_s, Texts::tr("Other version"), Kind::Trouble};
        case SourceStatus::State::Recording:
            return {u"record"_s, Texts::tr("Recording"), Kind::Warning};
    }
    return {};
}

BannerText drainBanner(const LiveData &data)
{
    if (data.samples().isEmpty() || !data.samples().samples().back().draining || !data.service())
        return {};
    BannerText banner;
    banner.kind = BannerText::Kind::Warning;
    banner.icon = u"drain"_s;
    banner.text = Texts::tr(
                      "The service is draining. New requests get 503. %1 still held, %2 of them queued. "
                      "Requests left %3 after the start of the drain get 503 too.")
                      .arg(formatCounted(data.held(), Texts::tr("request is"), Texts::tr("requests are")),
                           formatCount(data.count(RowState::Queued)), spanText(data.service()->drainTimeout));
    return banner;
}

BannerText storeBanner(const LiveData &data)
{
    if (data.samples().isEmpty())
        return {};
    const auto &store = data.samples().samples().back().store;
    if (!store || store->available)
        return {};
    BannerText banner;
    banner.kind = BannerText::Kind::Trouble;
    banner.icon = u"warning"_s;
    banner.text = Texts::tr(
                      "The store is not available. Requests that need a durable job get 503. Other requests "
                      "work. %1")
                      .arg(sentence(QString::fromUtf8(store->error)));
    return banner;
}

BannerText frozenBanner(const LiveData &data)
{
    if (!data.isFrozen())
        return {};
    BannerText banner;
    banner.icon = u"freeze"_s;
    banner.text = Texts::tr("The views are frozen. %1 hidden.")
                      .arg(formatCounted(static_cast<std::int64_t>(data.hiddenChanges()),
                                         Texts::tr("change is"), Texts::tr("changes are")));
    banner.action = Texts::tr("Unfreeze");
    return banner;
}

BannerText lagBanner(std::uint64_t lags)
{
    if (lags == 0)
        return {};
    BannerText banner;
    banner.kind = BannerText::Kind::Warning;
    banner.icon = u"warning"_s;
    banner.text = Texts::tr("The monitor read updates too slowly. It loaded %1 since it connected.")
                      .arg(formatCounted(static_cast<std::int64_t>(lags), Texts::tr("new snapshot"),
                                         Texts::tr("new snapshots")));
    banner.dismissable = true;
    return banner;
}

}  // namespace holdline::monitor
