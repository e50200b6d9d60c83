// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/commandline.h"
#include "core/config/suggest.h"
#include "core/profile/profile.h"
#include "core/profile/shippedprofiles.h"
#include "service/holdline/tools/tools.h"

#include <algorithm>

namespace holdline::tools {

using namespace Qt::StringLiterals;

namespace {

QString listText()
{
    const QStringList &names = profile::shippedProfiles();
    qsizetype width = 0;
    for (const QString &name : names)
        width = std::max(width, name.size());
    QString text;
    for (const QString &name : names) {
        const profile::Profile &shipped = *profile::shippedProfile(name);
        text += name.leftJustified(width) + u"  "_s + shipped.about + u'\n';
        if (const QStringList secrets = shipped.secretNames(); !secrets.isEmpty())
            text += QString(width, u' ') + u"  secrets: "_s + secrets.join(u", "_s) + u'\n';
    }
    return text +
           u"\n`holdline profiles NAME` prints one. Use it with --profile NAME --upstream URL, or copy it, "
           u"change "
           u"it, and name the file.\n"_s;
}

}  // namespace

Exit profiles(const QStringList &arguments)
{
    CommandLine line(u"holdline profiles"_s, u"Lists the profiles that ship, or prints the file of one."_s,
                     {});
    line.allowArguments(u"[NAME]"_s, u"The name of a profile."_s);
    if (auto exit = line.read(QStringList{u"holdline"_s} + arguments))
        return *exit;
    const QStringList names = line.arguments();
    if (names.isEmpty())
        return {kExitOk, listText()};
    if (names.size() > 1)
        return {kExitUsage, u"one name is wanted"_s};
    const QStringList &known = profile::shippedProfiles();
    if (!known.contains(names.front()))
        return {kExitUsage, u"there is no profile %1"_s.arg(quoted(names.front())) +
                                didYouMean(names.front(), known) +
                                u" There are: %1."_s.arg(known.join(u", "_s))};
    return {kExitOk, QString::fromUtf8(profile::shippedProfileText(names.front()))};
}

}  // namespace holdline::tools
