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

/// Makes the messages of an API as its profile describes them, to simulate the API. core/profile reads such
/// messages. All functions are pure and thread-safe.
namespace holdline {

/// A start request that the simulated API received.
struct ApiStart
{
    http::Request request;
    std::vector<QUrl> callbacks;  ///< one, or one for each outcome; none for an API that does not call back
    QByteArray made;              ///< the job's id, if the client chooses it; otherwise empty
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

/// Reads a start request. `registered` is the callback URL when the profile's callbacks go to a registered
/// address.
std::variant<ApiStart, RequestError> readApiStart(const profile::Profile &profile,
                                                  const http::Request &request, const QUrl &registered);

/// Returns the answer to an accepted start request.
http::Response apiStartAnswer(const profile::Profile &profile, const ApiStart &start, const QByteArray &id);
/// Returns the answer to a request for the job's state. The profile must have [status].
http::Response apiStatusAnswer(const profile::Profile &profile, const QByteArray &id, ApiState state);
/// Returns the answer to a request for the result of a completed job.
http::Response apiResultAnswer(const profile::Profile &profile, const QByteArray &id);

/// The callback of a job that ended, or that goes on. `key` is a line of the secret's file; for Ed25519 the
/// private key is made of it. `number` counts the callbacks of a job that goes on, from 1: they differ in it,
/// and so do their signatures. The profile must have callbacks.
CallbackMessage apiCallback(const profile::Profile &profile, const ApiStart &start, const QByteArray &id,
                            ApiState state, const QByteArray &key, WallTime now, int number = 0);

/// Returns the private Ed25519 key: the 32 bytes that `key` is in hex or base64, otherwise the SHA-256 of
/// `key`.
QByteArray apiPrivateKey(const QByteArray &key);

/// True when a callback can say that the job goes on. Then apiCallback() takes ApiState::Running.
bool canTellProgress(const profile::Profile &profile);

/// True when a callback cannot be signed without the secret of the other side.
bool needsKey(const profile::Profile &profile);

}  // namespace holdline
