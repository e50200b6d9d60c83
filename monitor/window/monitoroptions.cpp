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
    u"Shows every pending job of a running holdline, and where the time goes.\n\n"
    "Exit codes: 0 well, 64 wrong command line, 66 no such recording, 69 no display, or nothing there when "
    "the picture was taken, 73 the picture cannot be written."_s;

ValueReader intoPath(QString &path)
{
    return [&path](QStringView text) {
        path = text.toString();
        return text.isEmpty() ? u"the path of a file is wanted"_s : QString();
    };
}

std::vector<CommandLineOption> optionsOf(Options &options)
{
    const auto readView = [&options](QStringView text) {
        options.pictureView = text.toString();
        return viewNames().contains(text) ? QString()
                                          : u"one of %1 is wanted"_s.arg(viewNames().join(u", "_s));
    };
    const Names<Colours> palettes{
        {"light"_L1, Colours::Light}, {"dark"_L1, Colours::Dark}, {"desktop"_L1, Colours::Desktop}};
    return {
        {u"connect"_s, u"PATH"_s,
         u"The service's local socket: what it was given as --monitor-socket, or one forwarded by ssh "
         "(default: $HOLDLINE_MONITOR_SOCKET, $XDG_RUNTIME_DIR/holdline.sock, /run/holdline/holdline.sock)."_s,
         intoPath(options.socket)},
        {u"open"_s, u"RECORDING"_s, u"Plays a recording instead."_s, intoPath(options.recording)},
        {u"palette"_s, u"light|dark|desktop"_s, u"Colours: light, dark or those of the desktop (default)."_s,
         into(options.colours, palettes)},
        {u"picture"_s, u"FILE"_s,
         u"Writes a picture of the window to a PNG file and ends; needs no display."_s,
         intoPath(options.picture)},
        {u"picture-after"_s, u"TIME"_s, u"When the picture is taken (default 10s)."_s,
         into(options.pictureAfter, 0ms, 1h)},
        {u"picture-view"_s, u"VIEW"_s, u"What it has in front: %1."_s.arg(viewNames().join(u", "_s)),
         readView},
        // Qt's own, taken by QApplication.
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
        line.fail(u"--connect and --open exclude each other"_s);
    for (const QString &name : {u"picture-after"_s, u"picture-view"_s}) {
        if (line.isSet(name) && !line.isSet(u"picture"_s))
            line.fail(u"--%1 goes with --picture"_s.arg(name));
    }
    if (const auto exit = line.exit())
        return *exit;
    if (options.recording.isEmpty() && options.socket.isEmpty())
        options.socket = defaultSocket();
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

}  // namespace holdline::monitor
