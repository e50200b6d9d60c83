// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/jwks.h"

#include "core/profile/jsonwalk.h"
#include "core/profile/signatures.h"

#include <algorithm>

namespace holdline::profile {

using namespace Qt::StringLiterals;

std::variant<PublicKeys, QString> parseKeySet(QByteArrayView text)
{
    if (text.size() > kMaxKeySetBytes)
        return u"the key set is larger than %1 bytes"_s.arg(kMaxKeySetBytes);
    const auto scanned = scanJson(text);
    if (const auto *error = std::get_if<JsonError>(&scanned))
        return u"the key set is not JSON, "_s + error->toString();
    const FoundJson list = findJson(text, {"keys"});
    if (list.twice || !list.value.startsWith('['))
        return u"the key set has no list \"keys\""_s;
    PublicKeys keys;
    JsonWalk walk(list.value);
    while (const auto item = walk.next()) {
        const QByteArray use = memberText(item->value, "use");
        if (memberText(item->value, "kty") != "OKP" || memberText(item->value, "crv") != "Ed25519" ||
            (!use.isEmpty() && use != "sig"))
            continue;
        const auto key = decode(memberText(item->value, "x"), VerifyRule::Encoding::Base64Url);
        if (!key || key->size() != kEd25519KeyBytes)
            continue;
        if (keys.size() == kMaxPublicKeys)
            return u"the key set has more than %1 Ed25519 keys"_s.arg(kMaxPublicKeys);
        keys.push_back(*key);
    }
    if (keys.empty())
        return u"the key set has no Ed25519 key"_s;
    return keys;
}

}  // namespace holdline::profile
