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

/// Returns the callback of a job that has ended, or a progress callback of a running job. `key` is a line of
/// the secret's file; for Ed25519 see apiPrivateKey(). `number` is the number of a progress callback, from 1.
/// It makes the callbacks and their signatures differ, so that none looks like a replay. The profile must
/// have callbacks.
CallbackMessage apiCallback(const profile::Profile &profile, const ApiStart &start, const QByteArray &id,
                            ApiState state, const QByteArray &key, WallTime now, int number = 0);

/// Returns the private Ed25519 key: the 32 bytes that `key` is in hex or base64, otherwise the SHA-256 of
/// `key`.
QByteArray apiPrivateKey(const QByteArray &key);

/// Returns whether a callback of this API can say that the job still runs. If so, apiCallback() accepts
/// ApiState::Running.
bool canTellProgress(const profile::Profile &profile);

/// Returns whether callbacks prove themselves with a key or secret that the job server must be given. False
/// when the API publishes its keys, because the job server then makes its own key.
bool needsKey(const profile::Profile &profile);

}  // namespace holdline
