// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/proof/proofblock.h"

#include <QByteArray>

namespace holdline {

/// The reason why a job did not succeed.
enum class Failure {
    None,
    ConnectRefused,
    ConnectFailed,  ///< no route, no descriptor or no address
    Closed,         ///< the connection ended or was reset before the answer
    Timeout,
    BadHttp,       ///< the answer is not HTTP or too large
    Status,        ///< a status other than 200
    BadJson,       ///< the body is not a JSON object with the members of a job
    NotCompleted,  ///< the job's state is not "completed"
    BadProof,      ///< id, startedAt or proof is malformed
};

/// The result of one job for the client.
struct JobReply
{
    Failure failure = Failure::None;
    int status = 0;    ///< HTTP status of the answer; 0 without an answer
    ProofEntry entry;  ///< set when the job succeeded
};

/// The failure's name in reports: "timeout", "status_503".
QByteArray failureName(const JobReply &reply);

/// Checks an answer: status 200 and a JSON object with state "completed", an id, a time and a proof.
JobReply judgeAnswer(int status, const QByteArray &body);

/// The body of a request: `{"account":"…","wait":true}`.
QByteArray blockingRequest(const QByteArray &account);

}  // namespace holdline
