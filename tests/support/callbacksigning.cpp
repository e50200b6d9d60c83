// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/callbacksigning.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QMessageAuthenticationCode>
#include <QRegularExpression>
#include <QUrlQuery>

#include <functional>
#include <map>
#include <memory>

#include <openssl/evp.h>

namespace holdline::test {

using namespace Qt::StringLiterals;

namespace {

using Message = RecordedMessage;
using Values = SigningValues;

void setField(Message &message, const QByteArray &name, const QByteArray &value)
{
    std::erase_if(message.headers,
                  [&name](const auto &field) { return field.first.compare(name, Qt::CaseInsensitive) == 0; });
    message.headers.emplace_back(name, value);
}

QByteArray fieldOf(const Message &message, const QByteArray &name)
{
    for (const auto &[field, value] : message.headers) {
        if (field.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return {};
}

/// Returns the first line of a secret. For a forged callback, returns a wrong secret.
QByteArray secretOf(const Values &values, const char *name)
{
    const QByteArray secret = values.secrets.at(name).split('\n').front();
    return values.isForged ? QByteArray("not ") + secret : secret;
}

QByteArray now()
{
    return QByteArray::number(QDateTime::currentSecsSinceEpoch());
}

/// Signs as in Standard Webhooks 1.0: base64 of the HMAC-SHA256 over id.timestamp.body. The secret is
/// `whsec_` and the key in base64.
void signStandardWebhook(Message &message, const Values &values)
{
    QByteArray key = QByteArray::fromBase64(values.secrets.at("webhook").split('\n').front().sliced(6));
    if (values.isForged)
        key[0] = static_cast<char>(key[0] ^ 1);
    const QByteArray when = now();
    const QByteArray text = fieldOf(message, "webhook-id") + '.' + when + '.' + message.body;
    setField(message, "webhook-timestamp", when);
    setField(message, "webhook-signature",
             "v1," + QMessageAuthenticationCode::hash(text, key, QCryptographicHash::Sha256).toBase64());
}

using Ed25519Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Ed25519Key ed25519Key(char seed)
{
    const QByteArray bytes(32, seed);
    return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                         reinterpret_cast<const unsigned char *>(bytes.constData()), 32),
            &EVP_PKEY_free};
}

QByteArray ed25519(const QByteArray &text, char seed)
{
    const Ed25519Key key = ed25519Key(seed);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    QByteArray signature(64, '\0');
    auto size = static_cast<std::size_t>(signature.size());
    if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char *>(signature.data()), &size,
                       reinterpret_cast<const unsigned char *>(text.constData()),
                       static_cast<std::size_t>(text.size())) != 1)
        qFatal("cannot sign");
    return signature;
}

/// Signs like fal: Ed25519 signature in hex. It covers the request id, the user id, the time and the SHA-256
/// of the body in hex, each on its own line.
void signFal(Message &message, const Values &values)
{
    const QByteArray when = now();
    const QByteArray text = fieldOf(message, "X-Fal-Webhook-Request-Id") + '\n' +
                            fieldOf(message, "X-Fal-Webhook-User-Id") + '\n' + when + '\n' +
                            QCryptographicHash::hash(message.body, QCryptographicHash::Sha256).toHex();
    setField(message, "X-Fal-Webhook-Timestamp", when);
    setField(message, "X-Fal-Webhook-Signature", ed25519(text, values.isForged ? 'f' : 'k').toHex());
}

/// Signs like Twilio: base64 of the HMAC-SHA1 over the callback URL and the names and values of the form,
/// sorted by name.
void signTwilio(Message &message, const Values &values)
{
    std::map<QByteArray, QByteArray> form;
    for (const QByteArray &pair : message.body.split('&')) {
        const qsizetype equals = pair.indexOf('=');
        const auto decoded = [](QByteArray text) {
            return QByteArray::fromPercentEncoding(text.replace('+', ' '));
        };
        form[decoded(pair.first(equals))] = decoded(pair.sliced(equals + 1));
    }
    QByteArray text = values.address;
    for (const auto &[name, value] : form)
        text += name + value;
    setField(message, "X-Twilio-Signature",
             QMessageAuthenticationCode::hash(text, secretOf(values, "auth-token"), QCryptographicHash::Sha1)
                 .toBase64());
}

/// Signs like Dropbox Sign: HMAC-SHA256 in hex over the event's time and type, written into the body.
void signDropboxSign(Message &message, const Values &values)
{
    static const QRegularExpression kType(u"\"event_type\":\"([^\"]*)\",\"event_time\":\"([^\"]*)\""_s);
    static const QRegularExpression kHash(u"\"event_hash\":\"[0-9a-f]*\""_s);
    QString body = QString::fromUtf8(message.body);
    const auto event = kType.match(body);
    const QByteArray hash =
        QMessageAuthenticationCode::hash((event.captured(2) + event.captured(1)).toUtf8(),
                                         secretOf(values, "api-key"), QCryptographicHash::Sha256);
    body.replace(kHash, u"\"event_hash\":\""_s + QString::fromLatin1(hash.toHex()) + u'"');
    message.body = body.toUtf8();
}

using Signing = std::function<void(Message &, const Values &)>;

const std::map<QString, Signing> &signings()
{
    static const std::map<QString, Signing> all{
        {u"replicate"_s, signStandardWebhook},
        {u"openai"_s, signStandardWebhook},
        {u"fal"_s, signFal},
        {u"twilio-call"_s, signTwilio},
        {u"dropbox-sign"_s, signDropboxSign},
        // These APIs send the secret itself.
        {u"assemblyai"_s,
         [](Message &message, const Values &values) {
             setField(message, "X-Holdline-Secret", secretOf(values, "webhook"));
         }},
        {u"deepgram"_s,
         [](Message &message, const Values &values) {
             setField(message, "dg-token", secretOf(values, "token"));
         }},
        {u"apify"_s,
         [](Message &message, const Values &values) {
             message.query = "token=" + secretOf(values, "token").toPercentEncoding();
         }},
    };
    return all;
}

}  // namespace

bool signsCallbacks(const QString &api)
{
    return signings().contains(api);
}

void signCallback(const QString &api, RecordedMessage &message, const SigningValues &values)
{
    if (const auto signing = signings().find(api); signing != signings().end())
        signing->second(message, values);
}

QByteArray publishedKeys()
{
    const Ed25519Key key = ed25519Key('k');
    QByteArray bytes(32, '\0');
    auto size = static_cast<std::size_t>(bytes.size());
    if (EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char *>(bytes.data()), &size) != 1)
        qFatal("cannot read the public key");
    return "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" +
           bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals) + "\"}]}";
}

}  // namespace holdline::test
