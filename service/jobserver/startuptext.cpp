// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/startuptext.h"

#include "core/profile/signing.h"
#include "service/jobserver/apimessages.h"

namespace holdline::jobserver {

using namespace Qt::StringLiterals;
using profile::VerifyRule;

namespace {

/// Returns the Ed25519 public key in the format that the profile wants in its secret file.
QString publicKeyOf(const VerifyRule &rule, const QByteArray &secret)
{
    const QByteArray key = profile::ed25519PublicKey(apiPrivateKey(secret));
    return QString::fromLatin1(rule.keyFormat == VerifyRule::KeyFormat::Hex ? key.toHex() : key.toBase64());
}

QStringList linesOf(const profile::Profile &profile, const JobServerOptions &options, const QString &address)
{
    using Mode = profile::StartRule::CallbackMode;
    QStringList lines;
    if (profile.start.callbackMode == Mode::Registered)
        lines += u"callbacks go to %1"_s.arg(options.registeredCallback.toString(QUrl::FullyEncoded));
    const auto &verify = profile.callback ? profile.callback->verify : std::nullopt;
    if (!verify || verify->scheme != VerifyRule::Scheme::Ed25519)
        return lines;
    if (verify->jwks.isEmpty())
        lines +=
            u"callbacks are signed with Ed25519. The file of holdline --secret %1 needs this public key: %2"_s
                .arg(QString::fromUtf8(verify->secrets.front()), publicKeyOf(*verify, options.secret));
    else
        lines += u"holdline's route needs jwks = \"http://%1%2\""_s.arg(
            address, QUrl::fromEncoded(verify->jwks).path(QUrl::FullyEncoded));
    return lines;
}

}  // namespace

QString startupText(const JobServerOptions &options, const QString &address)
{
    const QString api = options.profile ? u" as the API of "_s + options.profile->name : u"/start"_s;
    QStringList lines{u"listening on http://%1%2 (seed %3)"_s.arg(address, api).arg(options.seed)};
    if (options.profile)
        lines += linesOf(*options.profile, options, address);
    QString text;
    for (const QString &line : lines)
        text += u"jobserver: "_s + line + u'\n';
    return text;
}

}  // namespace holdline::jobserver
