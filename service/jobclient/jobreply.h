// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/proof/proofblock.h"

#include <QByteArray>

namespace holdline {

/// Why a job did not succeed.
enum class Failure {
    None,
    ConnectRefused,
    ConnectFailed,  ///< no route, no descriptor, no address
    Closed,         ///< the connection ended, or was reset, before the answer was there
    Timeout,
    BadHttp,       ///< the answer is not HTTP, or is too large
    Status,        ///< another status than 200
    BadJson,       ///< the body is no JSON object with the members of a job
    NotCompleted,  ///< the job's state is not "completed"
    BadProof,      ///< id, startedAt or proof do not look like one
};

/// How one job ended for the client.
struct JobReply
{
    Failure failure = Failure::None;
    int status = 0;    ///< of the answer; 0 when there was none
    ProofEntry entry;  ///< when it succeeded
};

/// The failure's word in reports: "timeout", "status_503".
QByteArray failureName(const JobReply &reply);

/// Judges an answer: 200, a JSON object with state "completed", an id, a time and a proof.
JobReply judgeAnswer(int status, const QByteArray &body);

/// The request's body: `{"account":"…","wait":true}`.
QByteArray blockingRequest(const QByteArray &account);

}  // namespace holdline
