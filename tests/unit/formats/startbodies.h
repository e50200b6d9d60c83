// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/json/jsontext.h"
#include "core/profile/startcodec.h"

#include <QByteArray>

#include <optional>
#include <variant>

/// Bodies of starts, as the codec reads and writes them.
namespace holdline::test {

using namespace Qt::StringLiterals;

inline const QByteArray kUrl = "http://127.0.0.1:3738/callback/t0ken"_ba;
/// The end of a body that the codec wrote for kUrl.
inline const QByteArray kTail = R"(,"wait":false,"callback":"http://127.0.0.1:3738/callback/t0ken"})"_ba;

/// The reason of a refusal, or nullopt when the body was accepted.
inline std::optional<Reason> refusal(const QByteArray &body)
{
    const auto parsed = parseStart(body);
    if (const auto *error = std::get_if<StartError>(&parsed))
        return error->reason;
    return std::nullopt;
}

/// The body for the upstream, or the refusal.
inline QByteArray rendered(const QByteArray &body)
{
    const auto parsed = parseStart(body);
    if (const auto *error = std::get_if<StartError>(&parsed))
        return "refused: "_ba + error->detail.toUtf8();
    return renderStart(std::get<StartRequest>(parsed), kUrl);
}

inline bool isJson(const QByteArray &text)
{
    return std::holds_alternative<JsonType>(scanJson(text));
}

}  // namespace holdline::test
