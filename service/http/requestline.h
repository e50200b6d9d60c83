// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/refusal.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace holdline::http {

/// Reads one request line (RFC 9112, 3) byte by byte. Input that cannot become a request line (a TLS hello, a
/// PROXY header, garbage) is refused at its first wrong byte. Waiting for its line end could take forever.
/// Pure and copyable.
class RequestLine
{
public:
    explicit RequestLine(qsizetype maxTargetBytes) : m_maxTarget(maxTargetBytes) {}

    enum class Status { NeedMore, Done, Refused };

    /// Takes bytes up to the end of the line. `consumed` returns their number.
    Status feed(QByteArrayView data, qsizetype &consumed);

    const Refusal &refusal() const { return m_refusal; }

    /// The method as received. Valid when Done, and also when a later part is refused.
    const QByteArray &method() const { return m_method; }
    const QByteArray &target() const { return m_target; }
    int minorVersion() const { return m_minor; }

    /// The target in origin form or `*`, with the authority of an absolute form (RFC 9112, 3.2).
    struct Target
    {
        QByteArray origin;
        std::optional<QByteArray> authority;
    };
    /// Empty when `target` has no form that `method` allows.
    static std::optional<Target> normalise(QByteArrayView method, QByteArrayView target);

private:
    enum class State { Method, Target, Version, Lf };

    Status byte(char c);
    Status lineEnd();
    Status refuse(Reason reason, QLatin1StringView detail);

    static constexpr qsizetype kMaxMethodBytes = 64;

    qsizetype m_maxTarget;
    State m_state = State::Method;
    QByteArray m_method;
    QByteArray m_target;
    qsizetype m_versionLength = 0;
    char m_major = '1';
    int m_minor = 1;
    Refusal m_refusal;
};

}  // namespace holdline::http
