// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/walltime.h"
#include "core/config/config.h"
#include "service/holdline/apis/route.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace holdline::tools {

/// What is not in a saved callback.
struct CallbackSurroundings
{
    QByteArray job;                           ///< the job's id at the upstream; empty: any
    std::optional<profile::PublicKeys> keys;  ///< of Route::keySet()
    QByteArray address;                       ///< our callback address without a token
    std::optional<WallTime> now;              ///< when it came; empty: now
    std::vector<QByteArray> paths;            ///< at which callbacks come
};

/// What Holdline would make of a callback for a job that runs, in words.
struct CallbackJudgement
{
    QString text;  ///< several lines
    bool isTaken = false;
};
CallbackJudgement judgeCallback(const Route &route, const http::Request &request,
                                const CallbackSurroundings &around);

}  // namespace holdline::tools
