// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/template.h"

#include <QDir>
#include <QString>
#include <QStringList>

#include <variant>
#include <vector>

namespace holdline {

/// The file of a secret, and where the configuration names it.
struct SecretFile
{
    QString name;
    QString file;
    QString origin;  ///< for people: "holdline.toml:12", "flag --secret"
};

/// Says where a relative path starts, for the end of a message about a file that cannot be read. Empty for an
/// absolute path.
QString relativeTo(const QString &path, const QDir &directory);

/// True for a name of 1 to 40 letters, digits, `-` and `_`.
bool isSecretName(const QString &name);

/// The value of a flag `--secret NAME=FILE`, or what is wanted in its place. The answer never has the value,
/// which may be a secret by mistake.
std::variant<SecretFile, QString> readSecretFlag(const QString &value);

/// Reads the files. A later one replaces an earlier one of its name. The line end at the end of a file is no
/// part of the secret. Errors name the file, and never what is in it.
profile::Secrets readSecrets(const std::vector<SecretFile> &files, const QDir &directory,
                             QStringList &errors);

}  // namespace holdline
