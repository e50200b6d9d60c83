// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/icons.h"

#include "monitor/charts/iconengine.h"

#include <QCoreApplication>
#include <QFile>

// Q_INIT_RESOURCE must be used outside any namespace. The macro is needed because a static library does not
// register its resources itself.
static void initIcons()
{
    Q_INIT_RESOURCE(icons);
}

namespace holdline::monitor {

namespace {

constexpr QLatin1StringView kFolder(":/holdline/icons/");
constexpr QLatin1StringView kApp("holdline-monitor");

QString tr(const char *text)
{
    return QCoreApplication::translate("holdline::monitor::Icons", text);
}

QString pathOf(const QString &name)
{
    initIcons();
    return kFolder + name + QLatin1StringView(".svg");
}

QIcon drawn(const QString &name, std::optional<Ink> ink)
{
    const QString path = pathOf(name);
    if (name == kApp || !QFile::exists(path)) {
        qWarning("there is no icon of the name %s", qUtf8Printable(name));
        return {};
    }
    return QIcon(new IconEngine(path, ink));
}

}  // namespace

QIcon icon(const QString &name)
{
    return drawn(name, std::nullopt);
}

QIcon icon(const QString &name, Ink ink)
{
    return drawn(name, ink);
}

QIcon icon(RowState state)
{
    return drawn(state == RowState::Ended ? QStringLiteral("ended-ok") : QString(name(state)), inkOf(state));
}

QIcon icon(const JobRow &row)
{
    if (row.state == RowState::Ended && !endedWell(row))
        return drawn(QStringLiteral("ended-failed"), Ink::EndedFailed);
    return icon(row.state);
}

QIcon icon(CallbackOutcome outcome)
{
    const auto shown = outcome == CallbackOutcome::None ? CallbackOutcome::Unknown : outcome;
    return drawn(QStringLiteral("callback-") + name(shown), inkOf(outcome));
}

QIcon icon(const DeadLetterRow &row)
{
    return row.kind == DeadLetter::Kind::Job ? drawn(QStringLiteral("ended-failed"), Ink::EndedFailed)
                                             : drawn(QStringLiteral("letter"), Ink::Text);
}

QIcon appIcon()
{
    return QIcon(new IconEngine(pathOf(kApp), IconEngine::Colours::Own));
}

QString stateText(RowState state)
{
    switch (state) {
        case RowState::Queued:
            return tr("Queued");
        case RowState::Retrying:
            return tr("Waits to retry");
        case RowState::Starting:
            return tr("Starting");
        case RowState::Running:
            return tr("Running");
        case RowState::Unconfirmed:
            return tr("Unconfirmed");
        case RowState::Ended:
            return tr("Ended");
    }
    return {};
}

QString callbackText(CallbackOutcome outcome)
{
    switch (outcome) {
        case CallbackOutcome::Matched:
            return tr("Matched");
        case CallbackOutcome::Early:
            return tr("Early");
        case CallbackOutcome::Progress:
            return tr("Progress");
        case CallbackOutcome::Duplicate:
            return tr("Duplicate");
        case CallbackOutcome::Late:
            return tr("Late");
        case CallbackOutcome::Unknown:
            return tr("Unknown");
        case CallbackOutcome::Mismatched:
            return tr("Mismatched");
        case CallbackOutcome::Malformed:
            return tr("Malformed");
        case CallbackOutcome::Unauthorised:
            return tr("Unauthorised");
        case CallbackOutcome::None:
            break;
    }
    return QStringLiteral("–");
}

}  // namespace holdline::monitor
