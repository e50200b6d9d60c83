// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/storepath.h"

#include <QDir>

namespace holdline {

using namespace Qt::StringLiterals;

QString usualStorePath(const QProcessEnvironment &environment)
{
    // Ignores relative paths, as the XDG rules say. systemd sets absolute paths only.
    const auto folder = [&environment](const QString &name) {
        const QString path = environment.value(name).section(u':', 0, 0);
        return QDir::isAbsolutePath(path) ? path : QString();
    };
    if (const QString state = folder(u"STATE_DIRECTORY"_s); !state.isEmpty())
        return state + u"/holdline.db"_s;
    if (const QString state = folder(u"XDG_STATE_HOME"_s); !state.isEmpty())
        return state + u"/holdline/holdline.db"_s;
    if (const QString home = folder(u"HOME"_s); !home.isEmpty())
        return home + u"/.local/state/holdline/holdline.db"_s;
    return {};
}

}  // namespace holdline
