// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/walltime.h"
#include "core/profile/profile.h"
#include "service/http/message.h"
#include "service/jobserver/jobrequest.h"

#include <QByteArray>
#include <QUrl>

#include <memory>
#include <variant>
#include <vector>

/// The messages of an API that a profile describes, as the API itself makes them: the other side of
/// core/profile. All functions are pure and thread-safe.
namespace holdline {

/// A start that the API got.
struct ApiStart
{
    http::Request request;
    std::vector<QUrl> callbacks;  ///< one, or one for each outcome; none for an API that does not call back
    QByteArray made;              ///< the job's id, where the client chooses it
};

/// A callback to be sent.
struct CallbackMessage
{
    QUrl url;
    QByteArray body;
    QByteArray method = "POST";
    profile::HeaderFields headers{{"Content-Type", "application/json"}};
};

enum class ApiState : std::uint8_t { Running, Completed, Failed };

/// Reads a start. `registered` is where callbacks go that the API knows beforehand.
std::variant<ApiStart, RequestError> readApiStart(const profile::Profile &profile,
                                                  const http::Request &request, const QUrl &registered);

/// The answer to a start that was taken.
http::Response apiStartAnswer(const profile::Profile &profile, const ApiStart &start, const QByteArray &id);
/// The answer to a question about the job.
http::Response apiStatusAnswer(const profile::Profile &profile, const QByteArray &id, ApiState state);
/// The answer to the request for the result of a completed job.
http::Response apiResultAnswer(const profile::Profile &profile, const QByteArray &id);

/// The callback of a job that ended, or that goes on. `key` is a line of the secret's file; for Ed25519 the
/// private key is made of it. `number` counts the callbacks of a job that goes on, from 1: they differ in it,
/// and so do their signatures. The profile must have callbacks.
CallbackMessage apiCallback(const profile::Profile &profile, const ApiStart &start, const QByteArray &id,
                            ApiState state, const QByteArray &key, WallTime now, int number = 0);

/// The private Ed25519 key: the 32 bytes that `key` is in hex or base64, otherwise its SHA-256.
QByteArray apiPrivateKey(const QByteArray &key);

/// True when a callback can say that the job goes on. Then apiCallback() takes ApiState::Running.
bool canTellProgress(const profile::Profile &profile);

/// True when a callback cannot be signed without the secret of the other side.
bool needsKey(const profile::Profile &profile);

}  // namespace holdline
