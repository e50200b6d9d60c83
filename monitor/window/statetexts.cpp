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

QString ended(const QString &text)
{
    return text.isEmpty() || text.endsWith(u'.') || text.endsWith(u'?') ? text : text + u'.';
}

/// Errors are told as parts of sentences.
QString sentence(const QString &text)
{
    return ended(text.left(1).toUpper() + text.mid(1));
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
    const QString asOfText = Texts::tr("What you see is as of %1.").arg(formatClock(asOf));
    BannerText banner;
    switch (status.state) {
        case SourceStatus::State::Live:
        case SourceStatus::State::Recording:
            return {};
        case SourceStatus::State::Loading:
            banner.icon = u"retrying"_s;
            banner.text = Texts::tr("Connected; reading how things stand. %1").arg(asOfText);
            return banner;
        case SourceStatus::State::Lagging:
            banner.kind = BannerText::Kind::Warning;
            banner.icon = u"warning"_s;
            banner.text =
                Texts::tr("More happens than can be shown; the service starts over with a snapshot. %1")
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
            banner.text = QStringList{Texts::tr("Disconnected:") + u' ' + ended(status.error), asOfText,
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
            "This window looks at a running holdline through its local socket, and no place for one is "
            "known here: neither HOLDLINE_MONITOR_SOCKET nor XDG_RUNTIME_DIR is set. Start the "
            "service with a socket of your choice, then connect to it:");
        hint.command = u"holdline --monitor-socket /tmp/holdline.sock"_s;
        return hint;
    }
    switch (status->state) {
        case SourceStatus::State::Connecting:
            hint.icon = u"retrying"_s;
            hint.title = Texts::tr("Connecting");
            hint.text = Texts::tr("To %1, attempt %2.").arg(status->where).arg(status->attempt);
            return hint;
        case SourceStatus::State::Loading:
        case SourceStatus::State::Live:
        case SourceStatus::State::Lagging:
            hint.icon = u"connected"_s;
            hint.title = Texts::tr("Connected");
            hint.text = Texts::tr("Reading how things stand: %1").arg(status->where);
            return hint;
        case SourceStatus::State::Recording:
            hint.icon = u"play"_s;
            hint.title = Texts::tr("A recording");
            hint.text = Texts::tr("Nothing is in it at this place: %1").arg(status->where);
            return hint;
        case SourceStatus::State::Disconnected:
            hint.icon = u"disconnected"_s;
            hint.title =
                status->nextTry ? Texts::tr("No service there yet") : Texts::tr("This cannot be opened");
            hint.text = QStringList{sentence(status->error), nextTryText(*status, now)}.join(u' ').trimmed();
            if (status->nextTry)
                hint.command = u"holdline --monitor-socket "_s + status->where;
            return hint;
        case SourceStatus::State::VersionMismatch:
            hint.icon = u"warning"_s;
            hint.title = Texts::tr("The service speaks another version");
            hint.text = QStringList{sentence(status->error), nextTryText(*status, now)}.join(u' ').trimmed();
            return hint;
    }
    return hint;
}

StateText stateWord(const SourceStatus &status)
{
    using Kind = BannerText::Kind;
    switch (status.state) {
        case SourceStatus::State::Connecting:
            return {u"retrying"_s, Texts::tr("Connecting"), Kind::Warning};
        case SourceStatus::State::Loading:
            return {u"retrying"_s, Texts::tr("Reading"), Kind::Info};
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
                      "The service is draining: new requests get 503, %1 are still held (%2 queued); what is "
                      "left %3 after the drain began gets 503 too.")
                      .arg(formatCount(data.held()), formatCount(data.count(RowState::Queued)),
                           spanText(data.service()->drainTimeout));
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
                      "Nothing can be stored: requests with an Idempotency-Key, and those to be handed over, "
                      "get 503; others are served. %1")
                      .arg(QString::fromUtf8(store->error));
    return banner;
}

BannerText frozenBanner(const LiveData &data)
{
    if (!data.isFrozen())
        return {};
    BannerText banner;
    banner.icon = u"freeze"_s;
    banner.text = Texts::tr("Frozen: %1 changes are hidden.")
                      .arg(formatCount(static_cast<std::int64_t>(data.hiddenChanges())));
    banner.action = Texts::tr("Go on");
    return banner;
}

BannerText lagBanner(std::uint64_t lags)
{
    if (lags == 0)
        return {};
    BannerText banner;
    banner.kind = BannerText::Kind::Warning;
    banner.icon = u"warning"_s;
    banner.text = Texts::tr("This window fell behind %n time(s) and was told everything anew.", nullptr,
                            static_cast<int>(lags));
    banner.dismissable = true;
    return banner;
}

}  // namespace holdline::monitor
