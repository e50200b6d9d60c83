// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/responseparser.h"

#include <QList>
#include <QMetaType>

namespace holdline::test {

using http::ResponseParser;
using Error = ResponseParser::Error;
using Method = ResponseParser::Method;
using State = ResponseParser::State;

inline ResponseParser::Limits smallLimits()
{
    ResponseParser::Limits limits;
    limits.maxHeadBytes = 512;
    limits.maxFields = 10;
    limits.maxBodyBytes = 1000;
    limits.maxTrailerBytes = 128;
    limits.maxExtensionBytes = 60;
    limits.maxInterim = 3;
    return limits;
}

struct ResponseOutcome
{
    State state = State::Head;
    Error error = Error::None;
    int status = 0;
    QByteArray body;
    bool keepAlive = false;
    qsizetype used = 0;

    friend bool operator==(const ResponseOutcome &, const ResponseOutcome &) = default;
};

/// Parses the pieces one after the other. With `thenClose` the connection ends after the last piece.
inline ResponseOutcome parse(const QList<QByteArray> &pieces, bool thenClose, Method method = Method::Other)
{
    ResponseParser parser(smallLimits());
    parser.begin(method);
    ResponseOutcome outcome;
    for (const QByteArray &piece : pieces) {
        outcome.used += parser.feed(piece);
        outcome.body += parser.takeBody();
    }
    if (thenClose)
        parser.finish();
    outcome.state = parser.state();
    outcome.error = parser.error();
    if (parser.headComplete())
        outcome.status = parser.status();
    outcome.keepAlive = parser.keepAlive();
    return outcome;
}

inline QList<QByteArray> bytewise(const QByteArray &text)
{
    QList<QByteArray> pieces;
    for (const char c : text)
        pieces << QByteArray(1, c);
    return pieces;
}

inline QByteArray answer(const QByteArray &fields, const QByteArray &body = {},
                         const QByteArray &status = "HTTP/1.1 200 OK")
{
    return status + "\r\n" + fields + "\r\n" + body;
}

}  // namespace holdline::test

Q_DECLARE_METATYPE(holdline::http::ResponseParser::Error)
Q_DECLARE_METATYPE(holdline::http::ResponseParser::Method)
