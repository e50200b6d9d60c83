// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/standardstreams.h"
#include "core/config/commandline.h"
#include "monitor/charts/icons.h"
#include "monitor/charts/palettes.h"
#include "monitor/window/mainwindow.h"
#include "monitor/window/monitoroptions.h"
#include "monitor/window/picture.h"

#include <QApplication>
#include <QFileInfo>

using namespace holdline;
using namespace holdline::monitor;
using namespace Qt::StringLiterals;

namespace {

/// Returns whether a display or a Qt platform is set. Without either, Qt aborts the program with a core dump;
/// this check allows a clear message instead.
bool hasDisplay(const QStringList &arguments)
{
    for (const char *name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
        if (!qEnvironmentVariableIsEmpty(name))
            return true;
    }
    return !arguments.filter(u"-platform"_s).isEmpty();
}

}  // namespace

int main(int argc, char **argv)
{
    openStandardStreams();
    const QStringList arguments = argumentsOf(argc, argv);
    const auto parsed = parseCommandLine(arguments);
    if (const auto *exit = std::get_if<Exit>(&parsed))
        return finish(kProgram, *exit);
    const Options options = std::get<Options>(parsed);
    if (!options.recording.isEmpty() && !QFileInfo(options.recording).isReadable())
        return finish(kProgram, {kExitNoInput, u"cannot read %1"_s.arg(options.recording)});
    if (!hasDisplay(arguments)) {
        if (options.picture.isEmpty())
            return finish(
                kProgram,
                {kExitUnavailable,
                 u"no display: DISPLAY and WAYLAND_DISPLAY are empty. --picture FILE needs no display."_s});
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }

    QApplication application(argc, argv);
    QApplication::setApplicationName(kProgram);
    QApplication::setOrganizationName(u"holdline"_s);
    QApplication::setApplicationVersion(QStringLiteral(HOLDLINE_VERSION));
    QApplication::setApplicationDisplayName(kProgram);
    QApplication::setDesktopFileName(kProgram);
    QApplication::setWindowIcon(appIcon());

    if (options.colours != Colours::Desktop) {
        // The desktop's own style may ignore a palette that the program sets. Fusion does not.
        QApplication::setStyle(u"Fusion"_s);
        QApplication::setPalette(options.colours == Colours::Dark ? darkPalette() : lightPalette());
    }

    auto *window = new MainWindow(options);
    window->show();
    if (options.picture.isEmpty())
        return QApplication::exec();
    PictureTaker taker(*window, options);
    QApplication::exec();
    const Exit result = taker.result();
    return result.code == kExitOk ? int(kExitOk) : finish(kProgram, result);
}
