// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/routing/secretfiles.h"

#include "core/config/suggest.h"
#include "core/routing/routeset.h"

#include <QByteArrayList>
#include <QFile>

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kMaxSecretBytes = 64 * 1024;
constexpr qsizetype kMaxName = 40;

/// Reads the file into `secret`, without empty lines and without white space around the lines. Returns an
/// error text for people, or an empty text on success.
QString readSecret(const QString &path, const QDir &directory, QByteArray &secret)
{
    QFile file(directory.absoluteFilePath(path));
    if (!file.open(QIODevice::ReadOnly))
        return u"cannot be read: "_s + file.errorString() + relativeTo(path, directory);
    secret = file.read(kMaxSecretBytes + 1);
    if (secret.size() > kMaxSecretBytes)
        return u"is larger than a secret may be, which is %1 bytes"_s.arg(kMaxSecretBytes);
    if (secret.startsWith("\xEF\xBB\xBF"))
        secret.remove(0, 3);
    // White space around a line is removed: it is invisible in an editor, and header fields drop it.
    QByteArrayList lines;
    for (const QByteArray &line : secret.split('\n')) {
        if (const QByteArray key = line.trimmed(); !key.isEmpty())
            lines.append(key);
    }
    secret = lines.join('\n');
    return secret.isEmpty() ? u"is empty"_s : QString();
}

}  // namespace

QString relativeTo(const QString &path, const QDir &directory)
{
    if (QDir::isAbsolutePath(path))
        return {};
    return u". A relative path starts at the working directory, %1"_s.arg(quoted(directory.absolutePath()));
}

bool isSecretName(const QString &name)
{
    return !name.isEmpty() && name.size() <= kMaxName && std::all_of(name.begin(), name.end(), [](QChar c) {
        return c.unicode() < 0x80 && (c.isLetterOrNumber() || c == u'-' || c == u'_');
    });
}

std::variant<SecretFile, QString> readSecretFlag(const QString &value)
{
    const qsizetype sign = value.indexOf(u'=');
    const QString name = value.first(std::max<qsizetype>(sign, 0));
    if (!isSecretName(name) || sign + 1 == value.size())
        return u"flag --secret: NAME=FILE is wanted, and a name has 1 to 40 letters, digits, \"-\" and "
               "\"_\""_s;
    return SecretFile{name, value.sliced(sign + 1), u"flag --secret"_s};
}

profile::Secrets secretsOf(const RouteConfig &route, const profile::Secrets &secrets)
{
    profile::Secrets named = secrets;
    for (const auto &[inProfile, name] : route.secretNames) {
        if (const auto secret = secrets.find(name); secret != secrets.end())
            named.insert_or_assign(inProfile, secret->second);
        else
            named.erase(inProfile);
    }
    return named;
}

profile::Secrets readSecrets(const std::vector<SecretFile> &files, const QDir &directory, QStringList &errors)
{
    profile::Secrets secrets;
    for (const SecretFile &one : files) {
        QByteArray secret;
        const QString error = readSecret(one.file, directory, secret);
        if (error.isEmpty())
            secrets.insert_or_assign(one.name.toUtf8(), secret);
        else
            errors.append(
                u"%1: the file %2 of the secret %3 %4"_s.arg(one.origin, quoted(one.file), one.name, error));
    }
    return secrets;
}

}  // namespace holdline
