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
