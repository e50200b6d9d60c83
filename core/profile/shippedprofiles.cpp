// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/shippedprofiles.h"

#include "core/profile/profilereader.h"

#include <QDir>
#include <QFile>

#include <map>

/// Outside of the namespace, because Q_INIT_RESOURCE works only there.
static void registerProfiles()
{
    Q_INIT_RESOURCE(profiles);
}

namespace holdline::profile {

using namespace Qt::StringLiterals;

namespace {

QString pathOf(const QString &name)
{
    return u":/holdline/profiles/%1.toml"_s.arg(name);
}

QByteArray textAt(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

const std::map<QString, Profile> &profiles()
{
    static const std::map<QString, Profile> kProfiles = [] {
        registerProfiles();
        std::map<QString, Profile> found;
        const QStringList names =
            QDir(u":/holdline/profiles"_s).entryList({u"*.toml"_s}, QDir::Files, QDir::Name);
        for (const QString &file : names) {
            auto read = readProfile(textAt(u":/holdline/profiles/"_s + file), file);
            if (auto *profile = std::get_if<Profile>(&read))
                found.emplace(file.chopped(5), std::move(*profile));
        }
        return found;
    }();
    return kProfiles;
}

}  // namespace

const QStringList &shippedProfiles()
{
    static const QStringList kNames = [] {
        QStringList names;
        for (const auto &[name, profile] : profiles())
            names += name;
        return names;
    }();
    return kNames;
}

const Profile *shippedProfile(const QString &name)
{
    const auto found = profiles().find(name);
    return found == profiles().end() ? nullptr : &found->second;
}

QByteArray shippedProfileText(const QString &name)
{
    return shippedProfile(name) ? textAt(pathOf(name)) : QByteArray();
}

}  // namespace holdline::profile
