// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/verification.h"

#include "core/base/ascii.h"
#include "core/profile/signatures.h"

#include <openssl/crypto.h>

#include <QDateTime>
#include <QTimeZone>

#include <algorithm>
#include <optional>

namespace holdline::profile {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t kMaxKeys = 8;
constexpr std::size_t kMaxSignatures = 16;
constexpr qsizetype kMaxDigits = 13;

/// Returns the keys in the lines of the secrets, at most 8. Skips lines that do not have the key's format.
std::vector<QByteArray> keysOf(const VerifyRule &rule, const Secrets &secrets)
{
    std::vector<QByteArray> keys;
    for (const QByteArray &name : rule.secrets) {
        const auto secret = secrets.find(name);
        if (secret == secrets.end())
            continue;
        for (QByteArray line : secret->second.split('\n')) {
            if (line.endsWith('\r'))
                line.chop(1);
            const QByteArray key = decodeKey(line, rule.keyFormat);
            if (!key.isEmpty() && keys.size() < kMaxKeys)
                keys.push_back(key);
        }
    }
    return keys;
}

QLatin1StringView keyFormatName(VerifyRule::KeyFormat format)
{
    switch (format) {
        case VerifyRule::KeyFormat::Text:
            break;
        case VerifyRule::KeyFormat::Hex:
            return "hex"_L1;
        case VerifyRule::KeyFormat::Base64:
            return "base64"_L1;
    }
    return "text"_L1;
}

/// Splits the value of the signature at the rule's separator. Returns at most kMaxSignatures parts.
std::vector<QByteArrayView> partsOf(const VerifyRule &rule, QByteArrayView value)
{
    std::vector<QByteArrayView> parts;
    while (parts.size() < kMaxSignatures) {
        const qsizetype end = rule.separator.isEmpty() ? -1 : value.indexOf(rule.separator);
        parts.push_back((end < 0 ? value : value.first(end)).trimmed());
        if (end < 0)
            break;
        value = value.sliced(end + rule.separator.size());
    }
    return parts;
}

Forged forged(const QString &text)
{
    return {text, false};
}

class Verifier
{
public:
    Verifier(const VerifyRule &rule, const MessageView &callback, const VerificationContext &context)
        : m_rule(rule), m_callback(callback), m_context(context), m_reader(callback)
    {
    }

    std::variant<Verified, Forged> verify()
    {
        if (!comesFromAllowedAddress())
            return forged(u"the sender's address is in none of the ranges"_s);
        switch (m_rule.scheme) {
            case VerifyRule::Scheme::None:
                return Verified();
            case VerifyRule::Scheme::Secret:
            case VerifyRule::Scheme::Basic:
                return verifySecret();
            default:
                return verifySignature();
        }
    }

private:
    bool comesFromAllowedAddress() const
    {
        if (m_rule.addresses.empty())
            return true;
        const auto address = parseAddress(m_context.peer.toByteArray());
        return address && contains(m_rule.addresses, *address);
    }

    /// Returns the text at a place that the callback must have.
    std::variant<QByteArray, Forged> need(const Locator &locator, const QString &what)
    {
        const Located located = m_reader.find(locator);
        if (located.isMalformed())
            return forged(u"the %1 cannot be read: %2"_s.arg(what, located.error));
        if (!located.isFound())
            return forged(u"there is no %1 at %2"_s.arg(what, formatLocator(locator)));
        return located.text;
    }

    std::variant<Verified, Forged> verifySecret()
    {
        Locator at;
        at.kind = Locator::Kind::Header;
        at.name = "Authorization";
        if (m_rule.scheme == VerifyRule::Scheme::Secret)
            at = m_rule.at.value_or(at);
        auto found = need(at, u"secret"_s);
        if (auto *wrong = std::get_if<Forged>(&found))
            return *wrong;
        QByteArrayView given = std::get<QByteArray>(found);
        QByteArray credentials;
        if (m_rule.scheme == VerifyRule::Scheme::Basic) {
            const qsizetype space = given.indexOf(' ');
            const auto decoded = decode(given.sliced(space + 1).trimmed(), VerifyRule::Encoding::Base64);
            if (space < 0 || !equalsIgnoreCase(given.first(space), "Basic") || !decoded)
                return forged(u"the Authorization field is not Basic"_s);
            credentials = *decoded;
            given = credentials;
        }
        if (!given.startsWith(m_rule.prefix))
            return forged(u"the secret has not the prefix of the profile"_s);
        given = given.sliced(m_rule.prefix.size());
        const auto keys = m_context.secrets ? keysOf(m_rule, *m_context.secrets) : std::vector<QByteArray>();
        if (keys.empty())
            return forged(u"no secret is there to compare with"_s);
        bool fits = false;
        for (const QByteArray &key : keys)
            fits = sameSecret(given, key) || fits;
        return fits ? std::variant<Verified, Forged>(Verified()) : forged(u"the secret is another one"_s);
    }

    std::variant<Verified, Forged> verifySignature()
    {
        auto value = need(m_rule.at.value_or(Locator()), u"signature"_s);
        if (auto *wrong = std::get_if<Forged>(&value))
            return *wrong;
        const std::vector<QByteArrayView> parts = partsOf(m_rule, std::get<QByteArray>(value));
        QByteArray id;
        QByteArray timestamp;
        if (const auto wrong = readIdAndTime(parts, id, timestamp))
            return *wrong;
        TemplateValues values;
        values.id = id;
        values.timestamp = timestamp;
        values.url = m_context.url;
        values.token = m_context.token;
        values.message = &m_reader;
        const auto rendered = m_rule.signedText.render(values, Template::Position::Plain);
        if (const auto *error = std::get_if<QString>(&rendered))
            return forged(u"what is signed is incomplete: %1"_s.arg(*error));
        const auto &signedText = std::get<QByteArray>(rendered);
        std::vector<QByteArray> signatures;
        for (const QByteArrayView part : parts) {
            if (!part.startsWith(m_rule.prefix))
                continue;
            if (auto decoded = decode(part.sliced(m_rule.prefix.size()), m_rule.encoding))
                signatures.push_back(std::move(*decoded));
        }
        if (signatures.empty())
            return forged(
                u"no signature at %1 has the profile's prefix and encoding"_s.arg(formatLocator(*m_rule.at)));
        if (const auto wrong = compare(signedText, signatures))
            return *wrong;
        // When the signature does not cover the body, two callbacks may have the same signed text. So the key
        // also contains a hash of the body.
        return Verified{m_rule.signedText.insertsBody()
                            ? sha256(signedText)
                            : sha256(sha256(signedText) + sha256(m_callback.body))};
    }

    std::optional<Forged> readIdAndTime(const std::vector<QByteArrayView> &parts, QByteArray &id,
                                        QByteArray &timestamp)
    {
        if (m_rule.id) {
            auto found = need(*m_rule.id, u"message id"_s);
            if (auto *wrong = std::get_if<Forged>(&found))
                return *wrong;
            id = std::get<QByteArray>(found);
        }
        if (m_rule.timestamp) {
            auto found = need(*m_rule.timestamp, u"timestamp"_s);
            if (auto *wrong = std::get_if<Forged>(&found))
                return *wrong;
            timestamp = std::get<QByteArray>(found);
        } else if (!m_rule.timestampPrefix.isEmpty()) {
            const auto part = std::find_if(parts.begin(), parts.end(), [this](QByteArrayView one) {
                return one.startsWith(m_rule.timestampPrefix);
            });
            if (part == parts.end())
                return forged(u"there is no timestamp beside the signature"_s);
            timestamp = part->sliced(m_rule.timestampPrefix.size()).toByteArray();
        } else {
            return std::nullopt;
        }
        const auto sent = timeOf(timestamp);
        if (!sent)
            return forged(u"the timestamp is no time"_s);
        const auto distance = std::chrono::abs(m_context.now - *sent);
        if (m_rule.tolerance.count() > 0 && distance > m_rule.tolerance)
            return forged(u"the timestamp is %1 s away from now"_s.arg(
                std::chrono::floor<std::chrono::seconds>(distance).count()));
        return std::nullopt;
    }

    /// Tries each key with each signature, so that the time does not show which key or signature fits.
    std::optional<Forged> compare(const QByteArray &signedText,
                                  const std::vector<QByteArray> &signatures) const
    {
        std::vector<QByteArray> keys;
        if (!m_rule.jwks.isEmpty()) {
            if (!m_context.keySet)
                return forged(u"the key set has not been fetched"_s);
            keys = *m_context.keySet;
        } else if (m_context.secrets) {
            keys = keysOf(m_rule, *m_context.secrets);
        }
        if (keys.empty())
            return forged(u"no key is there to verify with"_s);
        bool fits = false;
        for (const QByteArray &key : keys) {
            const QByteArray own = m_rule.isHmac() ? hmac(m_rule.scheme, key, signedText) : QByteArray();
            for (const QByteArray &signature : signatures) {
                if (!m_rule.isHmac()) {
                    fits = verifyEd25519(key, signedText, signature) || fits;
                } else if (!own.isEmpty() && own.size() == signature.size()) {
                    fits = CRYPTO_memcmp(own.constData(), signature.constData(),
                                         static_cast<std::size_t>(own.size())) == 0 ||
                           fits;
                }
            }
        }
        return fits ? std::nullopt
                    : std::optional(Forged{u"the signature does not fit"_s, !m_rule.jwks.isEmpty()});
    }

    const VerifyRule &m_rule;
    const MessageView &m_callback;
    const VerificationContext &m_context;
    MessageReader m_reader;
};

}  // namespace

std::optional<WallTime> timeOf(const QByteArray &text)
{
    const bool isNumber = !text.isEmpty() && text.size() <= kMaxDigits &&
                          std::all_of(text.begin(), text.end(), [](char c) { return isDigit(c); });
    if (isNumber) {
        const qint64 number = text.toLongLong();
        return WallTime(std::chrono::milliseconds(text.size() == kMaxDigits ? number : number * 1000));
    }
    auto date = QDateTime::fromString(QString::fromLatin1(text), Qt::ISODateWithMs);
    // A time without a zone is UTC. The time zone of this machine may differ from the sender's.
    if (date.timeSpec() == Qt::LocalTime)
        date.setTimeZone(QTimeZone::utc());
    return date.isValid() ? std::optional(WallTime(std::chrono::milliseconds(date.toMSecsSinceEpoch())))
                          : std::nullopt;
}

std::variant<Verified, Forged> verifyCallback(const VerifyRule &rule, const MessageView &callback,
                                              const VerificationContext &context)
{
    return Verifier(rule, callback, context).verify();
}

QStringList unusableSecrets(const VerifyRule &rule, const Secrets &secrets)
{
    QStringList wrong;
    for (const QByteArray &name : rule.secrets) {
        VerifyRule one = rule;
        one.secrets = {name};
        const QString shown = QString::fromUtf8(name);
        if (!secrets.contains(name))
            continue;
        if (keysOf(one, secrets).empty())
            wrong += u"the secret \"%1\" is empty, or not %2 as the profile's key_format wants it"_s.arg(
                shown, keyFormatName(rule.keyFormat));
        else if (rule.scheme == VerifyRule::Scheme::Ed25519 &&
                 keysOf(one, secrets).front().size() != kEd25519KeyBytes)
            wrong +=
                u"the secret \"%1\" is no Ed25519 public key: 32 bytes in hex or base64 are wanted, as "
                "key_format says"_s.arg(shown);
    }
    return wrong;
}

}  // namespace holdline::profile
