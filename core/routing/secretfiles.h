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

/// Returns the end of an error message about a file that cannot be read: the folder to which a relative path
/// is relative. Empty for an absolute path.
QString relativeTo(const QString &path, const QDir &directory);

/// True for a name of 1 to 40 letters, digits, `-` and `_`.
bool isSecretName(const QString &name);

/// Parses the value of a flag `--secret NAME=FILE`, or returns an error text for people. The error does not
/// contain the value, because somebody may have given the secret itself by mistake. Pure.
std::variant<SecretFile, QString> readSecretFlag(const QString &value);

/// Reads the files of secrets. Of several files with the same secret name, the last one counts. Empty lines
/// and white space around lines are not part of a secret. Relative paths start at `directory`. Appends to
/// `errors` a text for people for each file that cannot be used. It names the file but does not contain the
/// secret.
profile::Secrets readSecrets(const std::vector<SecretFile> &files, const QDir &directory,
                             QStringList &errors);

}  // namespace holdline
