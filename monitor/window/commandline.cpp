// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/commandline.h"

#include "core/config/values.h"
#include "monitor/client/monitorclient.h"
#include "monitor/window/viewnames.h"

#include <QCommandLineParser>
#include <QFileInfo>

#include <cstdio>

namespace holdline::monitor {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QString kProgram = u"holdline-monitor"_s;
constexpr std::chrono::milliseconds kLongestWait = 1h;

void describe(QCommandLineParser &parser)
{
    parser.setApplicationDescription(
        u"Shows every pending job of a running holdline, and where the time goes.\n\n"
        "Exit codes: 0 well, 64 wrong command line, 66 no such recording, 69 no display, or nothing there "
        "when the picture was "
        "taken, 73 the picture cannot be written."_s);
    parser.addOptions({
        {{u"h"_s, u"help"_s}, u"Shows this help."_s},
        {{u"v"_s, u"version"_s}, u"Shows the version."_s},
        {u"connect"_s,
         u"The service's local socket: what it was given as --monitor-socket, or one forwarded by ssh "
         u"(default: "
         "$HOLDLINE_MONITOR_SOCKET, $XDG_RUNTIME_DIR/holdline.sock, /run/holdline/holdline.sock)."_s,
         u"PATH"_s},
        {u"open"_s, u"Plays a recording instead."_s, u"RECORDING"_s},
        {u"palette"_s, u"Colours: light, dark or those of the desktop (default)."_s, u"light|dark|desktop"_s},
        {u"picture"_s, u"Writes a picture of the window to a PNG file and ends; needs no display."_s,
         u"FILE"_s},
        {u"picture-after"_s, u"When the picture is taken (default 10s)."_s, u"TIME"_s},
        {u"picture-view"_s, u"What it has in front: %1."_s.arg(viewNames().join(u", "_s)), u"VIEW"_s},
    });
    // Qt's own, taken by QApplication.
    for (const QString &name : {u"platform"_s, u"style"_s}) {
        QCommandLineOption option(name, QString(), u"NAME"_s);
        option.setFlags(QCommandLineOption::HiddenFromHelp);
        parser.addOption(option);
    }
}

/// Qt takes the program's name from an application, which there is none of yet, or from however it was
/// called.
QString helpText(const QCommandLineParser &parser)
{
    const QString text = parser.helpText();
    return u"Usage: %1 [options]"_s.arg(kProgram) + text.mid(text.indexOf(u'\n'));
}

Exit usage(const QString &text)
{
    return {Exit::Usage, text};
}

}  // namespace

std::variant<Options, Exit> parseCommandLine(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setSingleDashWordOptionMode(QCommandLineParser::ParseAsLongOptions);
    describe(parser);
    if (!parser.parse(arguments))
        return usage(parser.errorText());
    if (parser.isSet(u"help"_s))
        return Exit{Exit::Ok, helpText(parser)};
    if (parser.isSet(u"version"_s))
        return Exit{Exit::Ok, kProgram + QStringLiteral(" " HOLDLINE_VERSION "\n")};
    if (!parser.positionalArguments().isEmpty())
        return usage(u"unexpected argument \"%1\""_s.arg(parser.positionalArguments().first()));
    for (const QString &name : {u"connect"_s, u"open"_s, u"picture"_s}) {
        if (parser.isSet(name) && parser.value(name).isEmpty())
            return usage(u"--%1: wanted the path of a file"_s.arg(name));
    }
    if (parser.isSet(u"connect"_s) && parser.isSet(u"open"_s))
        return usage(u"--connect and --open: one of them"_s);

    Options options;
    options.recording = parser.value(u"open"_s);
    options.picture = parser.value(u"picture"_s);
    options.pictureView = parser.value(u"picture-view"_s);
    if (options.recording.isEmpty())
        options.socket = parser.isSet(u"connect"_s) ? parser.value(u"connect"_s) : defaultSocket();
    for (const QString &name : {u"picture-after"_s, u"picture-view"_s}) {
        if (parser.isSet(name) && options.picture.isEmpty())
            return usage(u"--%1 goes with --picture"_s.arg(name));
    }
    const QString palette = parser.value(u"palette"_s);
    if (palette == u"light"_s)
        options.colours = Colours::Light;
    else if (palette == u"dark"_s)
        options.colours = Colours::Dark;
    else if (parser.isSet(u"palette"_s) && palette != u"desktop"_s)
        return usage(u"--palette: wanted light, dark or desktop, not \"%1\""_s.arg(palette));
    if (parser.isSet(u"picture-after"_s)) {
        const QString text = parser.value(u"picture-after"_s);
        const auto read = parseDuration(text);
        if (!read || *read > kLongestWait)
            return usage(
                u"--picture-after: wanted a time up to 1h, such as 500ms or 5s, not \"%1\""_s.arg(text));
        options.pictureAfter = *read;
    }
    if (!options.pictureView.isEmpty() && !viewNames().contains(options.pictureView))
        return usage(u"--picture-view: wanted one of %1, not \"%2\""_s.arg(viewNames().join(u", "_s),
                                                                           options.pictureView));
    return options;
}

QString defaultSocket()
{
    if (const QString told = qEnvironmentVariable("HOLDLINE_MONITOR_SOCKET"); !told.isEmpty())
        return told;
    const QString own = defaultSocketPath().path;
    // Of a service that systemd runs.
    const QString system = u"/run/holdline/holdline.sock"_s;
    return !QFileInfo::exists(own) && QFileInfo::exists(system) ? system : own;
}

int finish(const Exit &exit)
{
    QString text = exit.text;
    if (exit.code != Exit::Ok)
        text = kProgram + u": "_s + text;
    if (!text.endsWith(u'\n'))
        text += u'\n';
    if (exit.code == Exit::Usage)
        text += u"Try '%1 --help'.\n"_s.arg(kProgram);
    std::fputs(text.toUtf8().constData(), exit.code == Exit::Ok ? stdout : stderr);
    return exit.code;
}

}  // namespace holdline::monitor
