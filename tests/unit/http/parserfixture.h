// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/requestparser.h"

#include <QTest>

#include <algorithm>
#include <optional>

namespace holdline::test {

using namespace holdline::http;

/// The result of parsing bytes: a complete request, a refusal with its status, or neither of them yet.
struct Outcome
{
    int status = 0;  ///< 200 for a request, 4xx or 5xx for a refusal, 0 when more bytes are needed
    Request request;
    HeadFacts facts;
    qsizetype consumed = 0;
    int heads = 0;  ///< number of HeadComplete reports
};

inline Outcome parse(const QByteArray &bytes, qsizetype pieceSize, const Limits &limits = {},
                     std::optional<qsizetype> splitAt = std::nullopt)
{
    RequestParser parser(limits);
    Outcome outcome;
    qsizetype pos = 0;
    while (pos < bytes.size()) {
        qsizetype end = std::min(bytes.size(), pos + pieceSize);
        if (splitAt && pos < *splitAt)
            end = std::min(end, *splitAt);
        bool again = true;
        while (again) {
            qsizetype consumed = 0;
            const auto status = parser.feed(QByteArrayView(bytes).sliced(pos, end - pos), consumed);
            pos += consumed;
            outcome.consumed += consumed;
            again = false;
            switch (status) {
                case RequestParser::Status::NeedMore:
                    if (pos != end)
                        qFatal("bytes left without a reason");
                    break;
                case RequestParser::Status::HeadComplete:
                    ++outcome.heads;
                    outcome.facts = parser.facts();
                    again = true;
                    break;
                case RequestParser::Status::Complete:
                    outcome.status = 200;
                    outcome.request = parser.takeRequest();
                    return outcome;
                case RequestParser::Status::Refused:
                    outcome.status = reasonInfo(parser.refusal().reason).status;
                    return outcome;
            }
        }
    }
    return outcome;
}

/// Parses the bytes whole and cut in many ways. The outcome must always be the same.
inline Outcome parseEveryWay(const QByteArray &bytes, const Limits &limits = {})
{
    const Outcome whole = parse(bytes, bytes.size(), limits);
    const auto check = [&whole](const Outcome &other, qsizetype where) {
        if (other.status != whole.status || other.request.body != whole.request.body ||
            other.request.target != whole.request.target || other.request.method != whole.request.method ||
            other.request.headers.size() != whole.request.headers.size())
            qFatal("cut at %lld: %d instead of %d", static_cast<long long>(where), other.status,
                   whole.status);
    };
    check(parse(bytes, 1, limits), -1);
    check(parse(bytes, 3, limits), -3);
    // Cuts short texts at every position, and long ones at a sample of positions.
    const qsizetype step = bytes.size() < 2000 ? 1 : 61;
    for (qsizetype at = 1; at < bytes.size(); at += step)
        check(parse(bytes, bytes.size(), limits, at), at);
    return whole;
}

inline QByteArray post(const QByteArray &fields, const QByteArray &body = {},
                       const QByteArray &version = "1.1")
{
    return "POST /start HTTP/" + version + "\r\nHost: h\r\n" + fields + "\r\n" + body;
}

inline QByteArray chunked(const QByteArray &body)
{
    return post("Transfer-Encoding: chunked\r\n", body);
}

/// Adds the columns `bytes` and `status` of a test. Status 0 means that more bytes are needed, 200 a request,
/// and any other value a refusal.
inline void addColumns()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
}

inline void addRow(const char *name, const QByteArray &bytes, int status)
{
    QTest::addRow("%s", name) << bytes << status;
}

/// Runs a test with these two columns.
inline void checkStatus()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, status);
    QCOMPARE(parseEveryWay(bytes).status, status);
}

}  // namespace holdline::test
