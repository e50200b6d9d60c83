// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/refusal.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace holdline::http {

/// Parses one request line (RFC 9112, 3) byte by byte. Refuses input that cannot become a request line (a TLS
/// hello, a PROXY header, garbage) at its first wrong byte, because a line end may never come. Pure and
/// copyable.
class RequestLine
{
public:
    explicit RequestLine(qsizetype maxTargetBytes) : m_maxTarget(maxTargetBytes) {}

    enum class Status { NeedMore, Done, Refused };

    /// Parses bytes up to the end of the line. `consumed` returns the number of bytes parsed.
    Status feed(QByteArrayView data, qsizetype &consumed);

    const Refusal &refusal() const { return m_refusal; }

    /// The method as received. Valid when Done, and also when a later part of the line is refused.
    const QByteArray &method() const { return m_method; }
    const QByteArray &target() const { return m_target; }
    int minorVersion() const { return m_minor; }

    /// A request target in origin form or `*` (RFC 9112, 3.2). `authority` is set if the target was received
    /// in absolute form.
    struct Target
    {
        QByteArray origin;
        std::optional<QByteArray> authority;
    };
    /// Converts a received target to a Target. Returns nothing when `target` has no form that `method`
    /// allows.
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
