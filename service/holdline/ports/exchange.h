// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

#include <QObject>

#include <functional>
#include <memory>

namespace holdline {

/// A client's request that is open until it gets an answer. Implemented by PendingResponse over QHttpServer,
/// by RemoteExchange for a client of another shard, and by fakes in tests.
///
/// Lifetime: owned by the object that must answer. answer() takes effect once and only while the client is
/// connected. Later calls are ignored. The destructor of an open exchange sends 500 `internal_error`, so that
/// no client waits forever. In the middle of an answer in pieces the destructor closes the connection
/// instead.
class Exchange : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Sends a complete answer.
    virtual void answer(const http::Response &response) = 0;

    /// Sends an answer in pieces, instead of answer(). begin() sends the head and the first piece of the
    /// body, write() sends a piece, endWith() ends the answer with a last piece, which may be as large as a
    /// whole answer. begin() and write() return false when nothing more can be sent: the answer has no body
    /// (HEAD), the client left, or the client does not read. They never emit clientGone(). Only an exchange
    /// in the shard of its connection supports this. RemoteExchange does not: its begin() does nothing and
    /// returns false.
    virtual bool begin(const http::Response &) { return false; }
    virtual bool write(const QByteArray &) { return false; }
    virtual void endWith(const QByteArray &) {}
    void end() { endWith({}); }

    /// False after the whole answer was given or the client closed its connection.
    virtual bool isOpen() const = 0;

Q_SIGNALS:
    /// The client closed its connection before the end of its answer. Emitted at most once, never after
    /// answer() or end(), never inside a function of this class.
    void clientGone();
};

/// Handles a request and answers its exchange now or later.
using RequestHandler = std::function<void(const http::Request &request, std::unique_ptr<Exchange> exchange)>;

}  // namespace holdline
