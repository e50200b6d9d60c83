// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

#include <QObject>

#include <functional>
#include <memory>

namespace holdline {

/// A client's request that is held open until somebody answers it. Implemented by PendingResponse over
/// QHttpServer and by a fake in tests.
///
/// Life: owned by whoever must answer. answer() takes effect once and only while the client is there;
/// whatever comes after is dropped. Destroying one that is neither answered nor gone sends 500
/// `internal_error`, so that no client waits for ever; one that is in the midst of an answer in pieces cuts
/// the connection.
class Exchange : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    virtual void answer(const http::Response &response) = 0;

    /// An answer in pieces, in place of answer(): begin() sends the head and the first piece of the body,
    /// write() more of it, end() ends it. The first two are false when nothing more is
    /// wanted, because the answer has no body (HEAD), the client has gone, or does not read what it was sent;
    /// clientGone() does not come from inside them. Only what is served in the shard of the connection can do
    /// it, which the jobs API is; others (RemoteExchange) take answer() alone: begin() is false and does
    /// nothing.
    virtual bool begin(const http::Response &) { return false; }
    virtual bool write(const QByteArray &) { return false; }
    virtual void end() {}

    /// False once it is answered to the end or its client has gone.
    virtual bool isOpen() const = 0;

Q_SIGNALS:
    /// The client left before its answer, or before its end. At most once, never after answer() or end(),
    /// never from inside a function of this class.
    void clientGone();
};

/// Takes a request over and answers its exchange, now or later.
using RequestHandler = std::function<void(const http::Request &request, std::unique_ptr<Exchange> exchange)>;

}  // namespace holdline
