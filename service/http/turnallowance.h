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

/// Limits the bytes that all connections of a listener read in one turn of the event loop. A client that
/// sends large bodies at full speed always has more bytes to read. Without this limit, one turn would copy
/// some MB for each of that client's connections, while callbacks and small requests wait.
///
/// When nothing is left, a connection reads nothing. The event loop reports its socket again in the next
/// turn. Used by the listener's thread.
class TurnAllowance : public QObject
{
public:
    enum class Kind {
        Body,          ///< bytes of large bodies
        ReservedBody,  ///< bytes of large bodies for the reserved path, which do not wait for other bodies
        Discarded      ///< input bytes after the last response, which cost little
    };

    /// Keeps a reference to `limits`, so later changes apply at once. `limits` must outlive this object.
    explicit TurnAllowance(const Limits &limits) : m_limits(limits) {}

    /// Returns how many bytes of this kind may still be read in this turn.
    qsizetype left(Kind kind) const
    {
        return std::max<qsizetype>(limit(kind) - m_used[static_cast<std::size_t>(kind)], 0);
    }
    /// Counts bytes that were read.
    void take(Kind kind, qsizetype bytes)
    {
        m_used[static_cast<std::size_t>(kind)] += bytes;
        if (!std::exchange(m_isCounting, true))
            QCoreApplication::postEvent(this, new QEvent(QEvent::User));  // handled in the next turn
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
