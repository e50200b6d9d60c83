// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/commandline.h"
#include "core/config/suggest.h"
#include "core/profile/profile.h"
#include "core/profile/profilepage.h"
#include "core/profile/profilereader.h"
#include "core/profile/shippedprofiles.h"
#include "service/holdline/tools/savedrequest.h"
#include "service/holdline/tools/tools.h"

#include <algorithm>
#include <utility>
#include <variant>

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
           u"\n`holdline profiles NAME` prints one, and `holdline profiles NAME --page` explains it. Use it "
           u"with\n--profile NAME --upstream URL, or copy it, change it, and name the file.\n"_s;
}

/// Returns the text of a profile, and the profile. A `name` with a slash, or one that ends in .toml, is a
/// file.
std::variant<std::pair<QByteArray, profile::Profile>, Exit> find(const QString &name)
{
    const QStringList &known = profile::shippedProfiles();
    if (known.contains(name))
        return std::pair(profile::shippedProfileText(name), *profile::shippedProfile(name));
    if (!name.contains(u'/') && !name.endsWith(u".toml"_s))
        return Exit{kExitUsage, u"there is no profile %1"_s.arg(quoted(name)) + thereAre(name, known) +
                                    u" The path of a file has a slash or ends in .toml."_s};
    const auto bytes = readInput(name);
    if (const auto *error = std::get_if<QString>(&bytes))
        return Exit{kExitNoInput, *error};
    const QByteArray &text = std::get<QByteArray>(bytes);
    auto read = profile::readProfile(text, name);
    if (const auto *errors = std::get_if<QStringList>(&read))
        return Exit{kExitConfiguration, errors->join(u'\n')};
    return std::pair(text, std::get<profile::Profile>(std::move(read)));
}

}  // namespace

Exit profiles(const QStringList &arguments)
{
    bool isPage = false;
    CommandLine line(
        u"holdline profiles"_s, u"Lists the profiles that ship, or prints the file of one."_s,
        {{u"page"_s,
          {},
          u"Says in sentences what an operator needs for it, and how its API starts jobs and calls back."_s,
          into(isPage)}});
    line.allowArguments(u"[NAME|FILE]"_s, u"The name of a profile, or a file with one."_s);
    if (auto exit = line.read(QStringList{u"holdline"_s} + arguments))
        return *exit;
    const QStringList names = line.arguments();
    if (names.isEmpty() && !isPage)
        return {kExitOk, listText()};
    if (names.size() != 1)
        return {kExitUsage, u"one name is wanted"_s};
    auto found = find(names.front());
    if (auto *exit = std::get_if<Exit>(&found))
        return *exit;
    const auto &[text, profile] = std::get<std::pair<QByteArray, profile::Profile>>(found);
    return {kExitOk, isPage ? profile::profilePage(profile, text) : QString::fromUtf8(text)};
}

}  // namespace holdline::tools
