// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

#include <QObject>

namespace holdline {

/// A client's request that is held open until somebody answers it. Implemented by HeldExchange over
/// QHttpServer and by a fake in tests.
///
/// Life: owned by whoever must answer. answer() takes effect once and only while the client is there;
/// whatever comes after is dropped. Destroying one that is neither answered nor gone sends 500
/// `internal_error`, so that no client waits for ever.
class Exchange : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    virtual void answer(const http::Response &response) = 0;
    /// False once it is answered or its client has gone.
    virtual bool isOpen() const = 0;

Q_SIGNALS:
    /// The client left before its answer. At most once, never after answer(), never from inside answer().
    void clientGone();
};

}  // namespace holdline
