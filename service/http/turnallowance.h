// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/limits.h"

#include <QCoreApplication>
#include <QEvent>
#include <QObject>

#include <algorithm>
#include <array>
#include <utility>

namespace holdline::http {

/// The bytes that all connections of a listener may read in one turn of the event loop. A client that sends
/// large bodies at full speed always has more to read. Without a limit, one turn would copy some MB for
/// each of its connections, while callbacks and small requests wait.
///
/// A connection that finds nothing left reads nothing. The event loop reports it again in the next turn.
/// Thread: the listener's.
class TurnAllowance : public QObject
{
public:
    enum class Kind {
        Body,          ///< of large bodies
        ReservedBody,  ///< of large bodies for the reserved path, which wait for no other body
        Discarded      ///< input after the last response, which costs little
    };

    /// Follows changes of `limits`, which must outlive it.
    explicit TurnAllowance(const Limits &limits) : m_limits(limits) {}

    qsizetype left(Kind kind) const
    {
        return std::max<qsizetype>(limit(kind) - m_used[static_cast<std::size_t>(kind)], 0);
    }
    void take(Kind kind, qsizetype bytes)
    {
        m_used[static_cast<std::size_t>(kind)] += bytes;
        if (!std::exchange(m_isCounting, true))
            QCoreApplication::postEvent(this, new QEvent(QEvent::User));  // comes in the next turn
    }

protected:
    void customEvent(QEvent *) override
    {
        m_used = {};
        m_isCounting = false;
    }

private:
    qsizetype limit(Kind kind) const
    {
        return kind == Kind::Discarded ? m_limits.discardedBytesPerTurn : m_limits.bodyBytesPerTurn;
    }

    const Limits &m_limits;
    std::array<qsizetype, 3> m_used{};
    bool m_isCounting = false;
};

}  // namespace holdline::http
