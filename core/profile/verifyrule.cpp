// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/verifyrule.h"

#include "core/base/enumtable.h"

namespace holdline::profile {

using namespace Qt::StringLiterals;

namespace {

/// Parses a template of this file. The text must be a valid template.
Template builtInTemplate(QStringView text)
{
    const auto parsed = Template::parse(text);
    Q_ASSERT(std::holds_alternative<Template>(parsed));
    return std::get<Template>(parsed);
}

Locator header(const char *name)
{
    Locator locator;
    locator.kind = Locator::Kind::Header;
    locator.name = name;
    return locator;
}

constexpr std::chrono::seconds kTolerance = std::chrono::minutes(5);

/// https://www.standardwebhooks.com, version 1.0.0.
VerifyRule standardWebhooks()
{
    VerifyRule rule;
    rule.scheme = VerifyRule::Scheme::HmacSha256;
    rule.keyFormat = VerifyRule::KeyFormat::Base64;
    rule.at = header("webhook-signature");
    rule.encoding = VerifyRule::Encoding::Base64;
    rule.prefix = "v1,";
    rule.separator = " ";
    rule.id = header("webhook-id");
    rule.timestamp = header("webhook-timestamp");
    rule.tolerance = kTolerance;
    rule.signedText = builtInTemplate(u"{id}.{timestamp}.{body}");
    return rule;
}

VerifyRule fal()
{
    VerifyRule rule;
    rule.scheme = VerifyRule::Scheme::Ed25519;
    rule.at = header("X-Fal-Webhook-Signature");
    rule.encoding = VerifyRule::Encoding::Hex;
    rule.id = header("X-Fal-Webhook-Request-Id");
    rule.timestamp = header("X-Fal-Webhook-Timestamp");
    rule.tolerance = kTolerance;
    rule.signedText = builtInTemplate(u"{id}\n{header:X-Fal-Webhook-User-Id}\n{timestamp}\n{sha256:body}");
    return rule;
}

VerifyRule twilio()
{
    VerifyRule rule;
    rule.scheme = VerifyRule::Scheme::HmacSha1;
    rule.at = header("X-Twilio-Signature");
    rule.encoding = VerifyRule::Encoding::Base64;
    rule.signedText = builtInTemplate(u"{url}{sorted_form}");
    return rule;
}

}  // namespace

QStringList VerifyRule::secretNames() const
{
    QStringList names;
    for (const QByteArray &secret : secrets)
        names += QString::fromUtf8(secret);
    return names + signedText.secretNames();
}

QString schemeText(VerifyRule::Scheme scheme)
{
    using Scheme = VerifyRule::Scheme;
    static constexpr EnumTexts<Scheme, 7> kTexts({
        {Scheme::None, "the sender's address"_L1},
        {Scheme::Secret, "a secret in the callback"_L1},
        {Scheme::Basic, "user and password"_L1},
        {Scheme::HmacSha1, "HMAC-SHA1"_L1},
        {Scheme::HmacSha256, "HMAC-SHA256"_L1},
        {Scheme::HmacSha512, "HMAC-SHA512"_L1},
        {Scheme::Ed25519, "Ed25519"_L1},
    });
    return kTexts[scheme];
}

QLatin1StringView name(VerifyRule::Encoding encoding)
{
    using Encoding = VerifyRule::Encoding;
    static constexpr EnumTexts<Encoding, 3> kTexts({
        {Encoding::Hex, "hex"_L1},
        {Encoding::Base64, "base64"_L1},
        {Encoding::Base64Url, "base64url"_L1},
    });
    return kTexts[encoding];
}

std::optional<VerifyRule> builtInScheme(QByteArrayView name)
{
    if (name == "standard-webhooks")
        return standardWebhooks();
    if (name == "fal")
        return fal();
    if (name == "twilio")
        return twilio();
    return std::nullopt;
}

}  // namespace holdline::profile
