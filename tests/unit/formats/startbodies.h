// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/json/jsontext.h"
#include "core/profile/startcodec.h"

#include <QByteArray>

#include <optional>
#include <variant>

/// Request bodies that start a job, as the codec reads and writes them.
namespace holdline::test {

using namespace Qt::StringLiterals;

inline const QByteArray kUrl = "http://127.0.0.1:3738/callback/t0ken"_ba;
/// The end of every body that the codec writes for kUrl.
inline const QByteArray kTail = R"(,"wait":false,"callback":"http://127.0.0.1:3738/callback/t0ken"})"_ba;

/// Returns the reason why the body is refused, or nullopt when the body is accepted.
inline std::optional<Reason> refusal(const QByteArray &body)
{
    const auto parsed = parseStart(body);
    if (const auto *error = std::get_if<StartError>(&parsed))
        return error->reason;
    return std::nullopt;
}

/// Returns the body for the upstream, or the text of the refusal.
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
