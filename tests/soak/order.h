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
    Leaves,     ///< as Plain, but closes the connection after a while
    Keyed,      ///< sends its request with a key and waits
    ComesBack,  ///< as Keyed, but closes the connection after a while and sends the request again
    Polls,      ///< hands its job over, and requests the result repeatedly
    LongPolls,  ///< hands its job over, and requests the result with Prefer: wait
    Streams,    ///< hands its job over, and reads its event stream
    Cancels,    ///< hands its job over, and cancels it after a while
};
inline constexpr std::size_t kKinds = 8;

/// Returns "plain", "comes_back", …
QByteArray name(Kind kind);

/// One job, and the request that all its clients send.
struct Order
{
    std::uint32_t number = 0;  ///< the orders are numbered from 0
    Kind kind = Kind::Plain;
    QByteArray account;
    QByteArray key;            ///< idempotency key; empty without a key
    bool isImpatient = false;  ///< its clients wait for a second, and then query the job's address

    bool isHandedOver() const { return kind >= Kind::Polls; }
    /// Returns true for a job that the service must not lose after it has confirmed the job.
    bool isDurable() const { return isHandedOver() || !key.isEmpty(); }
    QByteArray body() const;

    /// Returns the order number in the member `order` of a request body; nullopt when the text is not an
    /// order's name.
    static std::optional<std::uint32_t> numberOf(const QByteArray &name);
};

/// The share of each kind in new orders, in percent. The sum is 100.
using Mix = std::array<int, kKinds>;

/// The final response to one client.
struct Answer
{
    enum class Fate {
        Answered,
        Left,    ///< the client closed the connection as planned
        Broken,  ///< the connection broke, and the client had neither key nor job address to retry with
        Silent   ///< the client waited too long
    };
    Fate fate = Fate::Answered;
    int status = 0;
    QByteArray code;  ///< code of the problem; empty when the body is not a problem
    QByteArray body;
    bool replayed = false;
    bool wasPromised = false;   ///< the service had confirmed the job with an address
    bool wasCancelled = false;  ///< DELETE was answered with 200
    QByteArray lastState;       ///< the state in the last event
    QByteArray last;            ///< the last event of this client, as text for people
};

}  // namespace holdline::soak
