// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/holdline/ports/exchange.h"

#include <memory>
#include <vector>

namespace holdline::test {

/// Records what a FakeExchange sent. The log outlives the exchange.
struct ExchangeLog
{
    std::vector<http::Response> answers;  ///< all responses, including a second one, which is an error
    bool streaming = false;  ///< the first response is a stream, whose body grows with each write()
    bool ended = false;      ///< the last piece of the body was sent
    bool gone = false;       ///< the client has closed its connection
    bool destroyed = false;

    int status() const { return answers.empty() ? 0 : answers.front().status; }
    QByteArray body() const { return answers.empty() ? QByteArray() : answers.front().body; }
};

/// An Exchange without a connection. The test plays the client.
class FakeExchange : public Exchange
{
    Q_OBJECT

public:
    explicit FakeExchange(std::shared_ptr<ExchangeLog> log) : m_log(std::move(log)) {}
    ~FakeExchange() override { m_log->destroyed = true; }

    void answer(const http::Response &response) override { m_log->answers.push_back(response); }
    bool begin(const http::Response &response) override
    {
        m_log->answers.push_back(response);
        m_log->streaming = true;
        return isOpen();
    }
    bool write(const QByteArray &piece) override
    {
        if (isOpen())
            m_log->answers.front().body += piece;
        return isOpen();
    }
    void endWith(const QByteArray &last) override
    {
        write(last);
        m_log->ended = true;
    }
    bool isOpen() const override
    {
        return (m_log->answers.empty() || (m_log->streaming && !m_log->ended)) && !m_log->gone;
    }

    /// Simulates that the client closes the connection.
    void leave()
    {
        m_log->gone = true;
        Q_EMIT clientGone();
    }

private:
    std::shared_ptr<ExchangeLog> m_log;
};

}  // namespace holdline::test
