// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/connector.h"
#include "service/http/responseparser.h"
#include "service/http/streamsocket.h"

#include <QObject>

#include <memory>

namespace holdline::harness {

/// How a Call ended.
struct CallResult
{
    enum class Fate {
        Answered,
        Refused,  ///< no socket listens at the port
        Broken    ///< the connection ended before the complete response arrived
    };
    Fate fate = Fate::Answered;
    int status = 0;
    http::HeaderFields headers;
    QByteArray body;
};

/// Sends one request on a new connection to 127.0.0.1.
///
/// The constructor begins the request. finished() is emitted once, never inside the constructor. The
/// destructor closes the connection without a signal. Do not destroy a Call inside finished(); call
/// deleteLater(). Thread: one, with an event loop.
class Call : public QObject, private http::StreamSocket::User
{
    Q_OBJECT

public:
    Call(quint16 port, const QByteArray &request, QObject *parent = nullptr);
    ~Call() override;

    static QByteArray post(const QByteArray &target, const QByteArray &body, const QByteArray &fields);
    static QByteArray get(const QByteArray &target, const QByteArray &fields = {})
    {
        return withoutBody("GET", target, fields);
    }
    /// Returns a request without a body, such as DELETE. `fields` are complete header lines.
    static QByteArray withoutBody(const QByteArray &method, const QByteArray &target,
                                  const QByteArray &fields = {});

Q_SIGNALS:
    void finished(const holdline::harness::CallResult &result);

private:
    void connected(int descriptor);
    void socketReadable() override;
    void socketFailed() override { end(CallResult::Fate::Broken); }
    void end(CallResult::Fate fate);

    QByteArray m_request;
    http::Connector m_connector;
    http::ResponseParser m_parser;
    std::unique_ptr<http::StreamSocket> m_socket;
    bool m_over = false;
};

}  // namespace holdline::harness
