// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/walltime.h"
#include "core/config/config.h"
#include "service/holdline/apis/route.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace holdline::tools {

/// Values that are needed to check a saved callback, and that the callback does not contain.
struct CallbackSurroundings
{
    QByteArray job;                           ///< the job's id at the upstream; empty: any
    std::optional<profile::PublicKeys> keys;  ///< the keys of Route::keySet()
    QByteArray address;                       ///< Holdline's callback URL without a token
    std::optional<WallTime> now;              ///< when the callback came; empty: now
    std::vector<QByteArray> paths;            ///< at which Holdline accepts callbacks
};

/// What Holdline would do with a callback for a running job, in words.
struct CallbackJudgement
{
    QString text;  ///< several lines
    bool isTaken = false;
};
CallbackJudgement judgeCallback(const Route &route, const http::Request &request,
                                const CallbackSurroundings &around);

}  // namespace holdline::tools
