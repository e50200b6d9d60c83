// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <array>
#include <cstdint>
#include <optional>

namespace holdline::soak {

/// The behaviour of the first client of an order.
enum class Kind : std::uint8_t {
    Plain,      ///< sends its request and waits
    Leaves,     ///< the same, but hangs up after a while
    Keyed,      ///< sends its request with a key and waits
    ComesBack,  ///< the same, but hangs up after a while and sends the request again
    Polls,      ///< hands its job over, and asks for the result again and again
    LongPolls,  ///< hands its job over, and asks for the result with Prefer: wait
    Streams,    ///< hands its job over, and follows its events
    Cancels,    ///< hands its job over, and deletes it after a while
};
inline constexpr std::size_t kKinds = 8;

/// "plain", "comes_back", …
QByteArray name(Kind kind);

/// One job that somebody wants: the request of all clients that ask for it.
struct Order
{
    std::uint32_t number = 0;  ///< counts from 0
    Kind kind = Kind::Plain;
    QByteArray account;
    QByteArray key;            ///< idempotency key, or empty
    bool isImpatient = false;  ///< its clients wait a second, and then follow the job's address

    bool isHandedOver() const { return kind >= Kind::Polls; }
    /// True for a job that the service must not lose once it has confirmed it.
    bool isDurable() const { return isHandedOver() || !key.isEmpty(); }
    QByteArray body() const;

    /// The number in the `order` of a request's body. Empty for a body that is not ours.
    static std::optional<std::uint32_t> numberOf(const QByteArray &name);
};

/// The share of each kind among new orders, in percent. The sum is 100.
using Mix = std::array<int, kKinds>;

/// The final answer to one client.
struct Answer
{
    enum class Fate {
        Answered,
        Left,    ///< the client hung up as planned
        Broken,  ///< the connection broke, and the client had nothing to come back for
        Silent   ///< the client waited for too long
    };
    Fate fate = Fate::Answered;
    int status = 0;
    QByteArray code;  ///< of a problem
    QByteArray body;
    bool replayed = false;
    bool wasPromised = false;   ///< the service had confirmed the job with an address
    bool wasCancelled = false;  ///< DELETE was answered with 200
    QByteArray lastState;       ///< the state of the last event
    QByteArray last;            ///< the last thing that happened, for people
};

}  // namespace holdline::soak
