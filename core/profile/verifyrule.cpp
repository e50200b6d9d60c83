// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/verifyrule.h"

namespace holdline::profile {

namespace {

/// For the constants below, which are right.
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

QString schemeText(VerifyRule::Scheme scheme)
{
    using namespace Qt::StringLiterals;
    switch (scheme) {
        case VerifyRule::Scheme::None:
            return u"the sender's address"_s;
        case VerifyRule::Scheme::Secret:
            return u"a secret in the callback"_s;
        case VerifyRule::Scheme::Basic:
            return u"user and password"_s;
        case VerifyRule::Scheme::HmacSha1:
            return u"HMAC-SHA1"_s;
        case VerifyRule::Scheme::HmacSha256:
            return u"HMAC-SHA256"_s;
        case VerifyRule::Scheme::HmacSha512:
            return u"HMAC-SHA512"_s;
        case VerifyRule::Scheme::Ed25519:
            break;
    }
    return u"Ed25519"_s;
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
