// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/reason.h"

#include <array>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

constexpr EndTraits kResult = EndTrait::IsResult;
constexpr EndTraits kMissing = EndTrait::MissesResult;
constexpr EndTraits kNeverStarted = EndTrait::NeverStarted;
constexpr EndTraits kDeadLetter = EndTrait::LeavesDeadLetter;

constexpr std::array<ReasonInfo, kReasonCount> kReasons{{
    {"completed"_L1, 200, "Completed"_L1, kResult},
    {"job_failed"_L1, 200, "The job failed"_L1, kResult},
    {"passed_through"_L1, 200, "Passed through"_L1},
    {"start_rejected"_L1, 400, "The upstream refused the start"_L1, kDeadLetter},
    {"upstream_unreachable"_L1, 502, "The upstream cannot be reached"_L1, kNeverStarted | kDeadLetter},
    {"upstream_error"_L1, 502, "The upstream failed"_L1, kDeadLetter},
    {"start_unknown"_L1, 504, "The fate of the start is unknown"_L1, kMissing | kDeadLetter},
    {"callback_timeout"_L1, 504, "No callback before the deadline"_L1, kMissing | kDeadLetter},
    {"queue_timeout"_L1, 504, "Not started before the deadline"_L1, kNeverStarted | kDeadLetter},
    {"client_gone"_L1, 499, "The client left"_L1, kNeverStarted},
    {"cancelled"_L1, 503, "The job was cancelled"_L1},
    {"interrupted"_L1, 504, "The start was interrupted"_L1, kMissing | kDeadLetter},
    {"drain_timeout"_L1, 504, "The service shut down before the callback"_L1, kMissing | kDeadLetter},
    {"handed_over"_L1, 202, "Accepted"_L1},
    {"replayed"_L1, 200, "Replayed"_L1},
    {"draining"_L1, 503, "The service is shutting down"_L1, kNeverStarted},
    {"circuit_open"_L1, 503, "The upstream is failing"_L1},
    {"overloaded"_L1, 503, "The service is at its limit"_L1},
    {"deadline_unreachable"_L1, 503, "The deadline cannot be met"_L1},
    {"lane_full"_L1, 429, "This account's queue is full"_L1},
    {"account_limit"_L1, 429, "This account uses its share"_L1},
    {"store_unavailable"_L1, 503, "Nothing can be stored"_L1, kNeverStarted | kDeadLetter},
    {"idempotency_key_invalid"_L1, 400, "The Idempotency-Key is not valid"_L1},
    {"idempotency_key_reused"_L1, 422, "The Idempotency-Key belongs to another request"_L1},
    {"idempotency_key_in_flight"_L1, 409, "A request with this Idempotency-Key is under way"_L1},
    {"expired"_L1, 410, "The result is no longer kept"_L1},
    {"already_ended"_L1, 409, "The job has ended"_L1},
    {"invalid_json"_L1, 400, "The body is not valid JSON"_L1},
    {"missing_account"_L1, 422, "The account is missing"_L1},
    {"bad_request"_L1, 400, "Bad request"_L1},
    {"request_timeout"_L1, 408, "The request took too long to arrive"_L1},
    {"body_too_large"_L1, 413, "The body is too large"_L1},
    {"unsupported_encoding"_L1, 415, "The content coding is not supported"_L1},
    {"target_too_long"_L1, 414, "The request target is too long"_L1},
    {"headers_too_large"_L1, 431, "The header fields are too large"_L1},
    {"not_found"_L1, 404, "Not found"_L1},
    {"method_not_allowed"_L1, 405, "Method not allowed"_L1},
    {"expectation_failed"_L1, 417, "The expectation cannot be met"_L1},
    {"not_implemented"_L1, 501, "Not implemented"_L1},
    {"version_not_supported"_L1, 505, "HTTP version not supported"_L1},
    {"unknown"_L1, 404, "No such callback token"_L1},
    {"mismatched"_L1, 409, "The id is not this job's"_L1},
    {"malformed"_L1, 400, "The callback cannot be read"_L1},
    {"unauthorised"_L1, 401, "The callback is not proved to come from the upstream"_L1},
    {"keys_unavailable"_L1, 503, "The callback cannot be verified now"_L1},
    {"internal_error"_L1, 500, "Internal error"_L1},
}};

}  // namespace

const ReasonInfo &reasonInfo(Reason reason)
{
    return kReasons[static_cast<std::size_t>(reason)];
}

}  // namespace holdline
