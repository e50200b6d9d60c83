// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitorenums.h"
#include "core/monitormessages/monitorrecords.h"

#include <concepts>

/// The members of the rows of the monitor protocol, in the order in which they are written. Each describe()
/// lists the members of one kind of row. It is used by the encoder (ObjectWriter), the decoder (ObjectReader)
/// and the test of the protocol's page. Each of these three is passed as `fields` and has these functions:
///
///     required(name, value)        always written; a missing member is an error for the decoder
///     always(name, value)          always written; the decoder accepts a missing member
///     optional(name, value)        not written when empty, zero, false or without a value
///     byName(name, values, Enum{}) an object of the elements that are not zero, under the names of Enum
///     bytes(text, base64, value)   written as text under the name `text` if isShowable(), else as base64
///     constant(name, text)         always written; ignored by the decoder
namespace holdline::monitor {

using namespace Qt::StringLiterals;

/// Accepts a Message, which is read, or a const Message, which is written.
template <typename Object, typename Message>
concept Maybe = std::same_as<std::remove_const_t<Object>, Message>;

void describe(auto &&fields, Maybe<JobRow> auto &row)
{
    fields.required("id"_L1, row.id);
    fields.required("state"_L1, row.state);
    fields.always("account"_L1, row.account);
    fields.optional("route"_L1, row.route);
    fields.required("created"_L1, row.created);
    fields.always("deadline"_L1, row.deadline);
    fields.optional("order"_L1, row.order);
    fields.optional("queue_us"_L1, row.queue);
    fields.optional("start_us"_L1, row.start);
    fields.optional("job_us"_L1, row.job);
    fields.optional("total_us"_L1, row.total);
    fields.optional("attempts"_L1, row.attempts);
    fields.optional("pass_through"_L1, row.passThrough);
    fields.optional("outcome"_L1, row.outcome);
    fields.optional("status"_L1, row.status);
    fields.optional("upstream_id"_L1, row.upstreamId);
    fields.optional("client"_L1, row.client);
    fields.optional("request_id"_L1, row.requestId);
    fields.optional("detail"_L1, row.detail);
    fields.optional("progress"_L1, row.progress);
    fields.optional("progress_reports"_L1, row.progressReports);
    fields.optional("promised"_L1, row.durable);
    fields.optional("handed_over"_L1, row.handedOver);
    fields.optional("recovered"_L1, row.recovered);
    fields.optional("joined"_L1, row.joined);
    fields.optional("waiting"_L1, row.waiting);
}

void describe(auto &&fields, Maybe<LaneRow> auto &row)
{
    fields.required("account"_L1, row.account);
    fields.optional("queued"_L1, row.queued);
    fields.optional("in_flight"_L1, row.inFlight);
    fields.optional("turn_us"_L1, row.turn);
    fields.optional("forecast_us"_L1, row.forecast);
    fields.optional("paused"_L1, row.paused);
    fields.optional("starts_limit"_L1, row.startsLimit);
    fields.optional("running"_L1, row.running);
    fields.optional("running_limit"_L1, row.runningLimit);
    fields.optional("rate_used"_L1, row.rateUsed);
    fields.optional("rate_limit"_L1, row.rateLimit);
    fields.optional("rate_window_us"_L1, row.rateWindow);
}

void describe(auto &&fields, Maybe<CallbackRow> auto &row)
{
    fields.required("at"_L1, row.at);
    fields.required("word"_L1, row.outcome);
    fields.optional("job"_L1, row.job);
    fields.optional("upstream_id"_L1, row.upstreamId);
    fields.optional("client"_L1, row.client);
    fields.optional("bytes"_L1, row.bytes);
}

void describe(auto &&fields, Maybe<DeadLetterRow> auto &row)
{
    fields.required("id"_L1, row.id);
    fields.required("kind"_L1, row.kind);
    fields.required("at"_L1, row.at);
    fields.required("reason"_L1, row.reason);
    fields.optional("job"_L1, row.job);
    fields.optional("account"_L1, row.account);
    fields.optional("client"_L1, row.client);
    fields.optional("detail"_L1, row.detail);
    fields.optional("bytes"_L1, row.bytes);
    fields.optional("cut"_L1, row.cut);
    fields.optional("redriven"_L1, row.redriven);
}

}  // namespace holdline::monitor
