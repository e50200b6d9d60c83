// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/monitoroptions.h"

#include "core/config/commandline.h"
#include "monitor/client/monitorclient.h"
#include "monitor/window/viewnames.h"

#include <QFileInfo>

namespace holdline::monitor {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QString kDescription =
    u"Shows every pending job of a running holdline and the time that its phases take.\n\n"
    "Exit codes: 0 success, 64 wrong command line, 66 cannot read the recording, 69 no display, or no "
    "service "
    "or recording when the picture was taken, 73 cannot write the picture."_s;

ValueReader intoPath(QString &path)
{
    return [&path](QStringView text) {
        path = text.toString();
        return text.isEmpty() ? u"must be the path of a file"_s : QString();
    };
}

std::vector<CommandLineOption> optionsOf(Options &options)
{
    const auto readView = [&options](QStringView text) {
        options.pictureView = text.toString();
        return viewNames().contains(text) ? QString() : u"must be one of %1"_s.arg(viewNames().join(u", "_s));
    };
    const Names<Colours> palettes{
        {"light"_L1, Colours::Light}, {"dark"_L1, Colours::Dark}, {"desktop"_L1, Colours::Desktop}};
    return {
        {u"connect"_s, u"PATH"_s,
         u"Path of the service's local socket: its --monitor-socket, or a socket that ssh forwards. The "
         u"default "
         "is $HOLDLINE_MONITOR_SOCKET, else $XDG_RUNTIME_DIR/holdline.sock, else /run/holdline/holdline.sock."_s,
         intoPath(options.socket)},
        {u"open"_s, u"RECORDING"_s, u"Plays a recording instead of connecting to a service."_s,
         intoPath(options.recording)},
        {u"palette"_s, u"light|dark|desktop"_s, u"Colours: light, dark, or those of the desktop (default)."_s,
         into(options.colours, palettes)},
        {u"picture"_s, u"FILE"_s,
         u"Writes a picture of the window to a PNG file and exits. Needs no display."_s,
         intoPath(options.picture)},
        {u"picture-after"_s, u"TIME"_s, u"Time from the start to the picture (default 10s)."_s,
         into(options.pictureAfter, 0ms, 1h)},
        {u"picture-view"_s, u"VIEW"_s,
         u"The view in front of the picture: %1."_s.arg(viewNames().join(u", "_s)), readView},
        // Options of Qt that QApplication handles.
        {u"platform"_s, u"NAME"_s, {}, {}},
        {u"style"_s, u"NAME"_s, {}, {}},
    };
}

}  // namespace

std::variant<Options, Exit> parseCommandLine(const QStringList &arguments)
{
    Options options;
    CommandLine line(kProgram, kDescription, optionsOf(options));
    line.read(arguments);
    if (line.isSet(u"connect"_s) && line.isSet(u"open"_s))
        line.fail(u"use either --connect or --open, not both"_s);
    for (const QString &name : {u"picture-after"_s, u"picture-view"_s}) {
        if (line.isSet(name) && !line.isSet(u"picture"_s))
            line.fail(u"--%1 needs --picture"_s.arg(name));
    }
    if (const auto exit = line.exit())
        return *exit;
    if (options.recording.isEmpty() && options.socket.isEmpty())
        options.socket = defaultSocket();
    return options;
}

QString defaultSocket()
{
    if (const QString path = qEnvironmentVariable("HOLDLINE_MONITOR_SOCKET"); !path.isEmpty())
        return path;
    const QString own = defaultSocketPath().path;
    // The socket of a service that systemd runs.
    const QString system = u"/run/holdline/holdline.sock"_s;
    return !QFileInfo::exists(own) && QFileInfo::exists(system) ? system : own;
}

}  // namespace holdline::monitor
