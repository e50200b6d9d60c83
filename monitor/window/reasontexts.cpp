// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/reasontexts.h"

#include <QCoreApplication>

namespace holdline::monitor {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(Reasons)
};

}  // namespace

QString explain(Reason reason)
{
    switch (reason) {
        case Reason::Completed:
            return Texts::tr("The callback arrived. Holdline sent its body to the client as the response.");
        case Reason::JobFailed:
            return Texts::tr(
                "The callback arrived and reports that the job failed. Holdline sent its body to the "
                "client.");
        case Reason::PassedThrough:
            return Texts::tr(
                "The client asked not to wait. Holdline sent it the response to the start at once.");
        case Reason::StartRejected:
            return Texts::tr(
                "The upstream refused the start. Holdline sent its response to the client. Check the "
                "request.");
        case Reason::UpstreamUnreachable:
            return Texts::tr(
                "Holdline could not connect to the upstream in any attempt. The job did not start.");
        case Reason::UpstreamError:
            return Texts::tr(
                "The upstream answered every attempt of the start with an error. The job did not start.");
        case Reason::StartUnknown:
            return Texts::tr(
                "The start was sent, but neither a response nor a callback arrived before the deadline. The "
                "job may have run.");
        case Reason::CallbackTimeout:
            return Texts::tr(
                "The job was started, but its callback did not arrive before the deadline. Check that the "
                "upstream can reach the callback URL.");
        case Reason::QueueTimeout:
            return Texts::tr(
                "The deadline passed while the job waited in the account's queue, behind other starts or "
                "because "
                "the circuit breaker was open. The job did not start.");
        case Reason::ClientGone:
            return Texts::tr("The client closed its connection before it got a response.");
        case Reason::Cancelled:
            return Texts::tr("The job was cancelled in the monitor or through the API.");
        case Reason::Interrupted:
            return Texts::tr(
                "The service ended after the start was sent, and no callback arrived since. The job may have "
                "run.");
        case Reason::HandedOver:
            return Texts::tr("The client got the job's URL to fetch the result later. The job continues.");
        case Reason::Replayed:
            return Texts::tr(
                "The job with this Idempotency-Key had already ended. Holdline sent its stored response "
                "again.");
        case Reason::Draining:
            return Texts::tr("The service is shutting down. The job did not start.");
        case Reason::DrainTimeout:
            return Texts::tr("The service shut down while it waited for the callback. The job may have run.");
        case Reason::CircuitOpen:
            return Texts::tr(
                "The circuit breaker was open: the upstream could not be reached, or failed for several "
                "accounts. "
                "The deadline of the request was too near to wait for the next start that tries it.");
        case Reason::Overloaded:
            return Texts::tr(
                "The service reached a limit: held requests, queued starts, connections or memory.");
        case Reason::DeadlineUnreachable:
            return Texts::tr(
                "The account's queue was so long that the job could not meet its deadline. Holdline refused "
                "the request at once.");
        case Reason::LaneFull:
            return Texts::tr("The account's queue was full.");
        case Reason::AccountLimit:
            return Texts::tr(
                "The account used its share of the held requests, the durable jobs or the memory. Holdline "
                "refused the request at once.");
        case Reason::StoreUnavailable:
            return Texts::tr(
                "The request needs a durable job, because it has an Idempotency-Key or asks for a hand-over. "
                "The store is not available.");
        case Reason::IdempotencyKeyInvalid:
            return Texts::tr("The Idempotency-Key field is invalid.");
        case Reason::IdempotencyKeyReused:
            return Texts::tr("A different request used the same Idempotency-Key before.");
        case Reason::IdempotencyKeyInFlight:
            return Texts::tr("The job with this key has not ended, and joining it is disabled.");
        case Reason::Expired:
            return Texts::tr("The job ended some time ago. Its result is no longer stored.");
        case Reason::AlreadyEnded:
            return Texts::tr("The job had already ended when it was cancelled.");
        case Reason::InvalidJson:
            return Texts::tr("The body of the request is not valid JSON.");
        case Reason::MissingAccount:
            return Texts::tr("The request has no account.");
        case Reason::BadRequest:
            return Texts::tr("The request violates the rules of HTTP, or its JSON has a duplicate member.");
        case Reason::RequestTimeout:
            return Texts::tr("The request took too long to arrive.");
        case Reason::BodyTooLarge:
            return Texts::tr("The body of the request is larger than the limit.");
        case Reason::UnsupportedEncoding:
            return Texts::tr(
                "The body of the request has a content coding such as gzip. Holdline reads only bodies "
                "without "
                "one.");
        case Reason::TargetTooLong:
            return Texts::tr("The URL of the request is longer than the limit.");
        case Reason::HeadersTooLarge:
            return Texts::tr("The header fields of the request are larger than the limit.");
        case Reason::NotFound:
            return Texts::tr("There is no resource at the URL of the request.");
        case Reason::MethodNotAllowed:
            return Texts::tr("The resource exists, but it does not support the method of the request.");
        case Reason::ExpectationFailed:
            return Texts::tr("The request has an Expect field that the service does not support.");
        case Reason::NotImplemented:
            return Texts::tr("The request uses a part of HTTP that the service does not support.");
        case Reason::VersionNotSupported:
            return Texts::tr("The service does not support the HTTP version of the request.");
        case Reason::CallbackUnknown:
            return Texts::tr("A callback with a token that the service never issued.");
        case Reason::CallbackMismatched:
            return Texts::tr("A callback with the token of one job and the id of another.");
        case Reason::CallbackMalformed:
            return Texts::tr("A callback that Holdline cannot parse.");
        case Reason::CallbackUnauthorised:
            return Texts::tr("A callback without a valid signature or secret.");
        case Reason::KeysUnavailable:
            return Texts::tr("A callback whose keys could not be fetched. The sender tries again.");
        case Reason::InternalError:
            return Texts::tr("A bug of the service. Please report it.");
    }
    return {};
}

QString explain(RowState state)
{
    switch (state) {
        case RowState::Queued:
            return Texts::tr("The job waits in the account's queue for its start.");
        case RowState::Retrying:
            return Texts::tr("The start failed without effect. Holdline will try it again.");
        case RowState::Starting:
            return Texts::tr("The start was sent. The upstream has not responded yet.");
        case RowState::Running:
            return Texts::tr("The job runs at the upstream. Holdline waits for its callback.");
        case RowState::Unconfirmed:
            return Texts::tr(
                "The start was sent but got no response, so the job may run. Holdline waits for its "
                "callback. Cancelling the job frees its Idempotency-Key.");
        case RowState::Ended:
            return Texts::tr("The job has ended.");
    }
    return {};
}

QString explain(CallbackOutcome outcome)
{
    switch (outcome) {
        case CallbackOutcome::None:
            return {};
        case CallbackOutcome::Matched:
            return Texts::tr("Callbacks that completed their job.");
        case CallbackOutcome::Early:
            return Texts::tr(
                "Callbacks that arrived before the response to the start. Holdline accepts them.");
        case CallbackOutcome::Progress:
            return Texts::tr("Callbacks which said that their job goes on. The job stays pending.");
        case CallbackOutcome::Duplicate:
            return Texts::tr("Repeated callbacks, which Holdline ignores.");
        case CallbackOutcome::Late:
            return Texts::tr(
                "Callbacks that arrived after their job had ended. Their result is stored for a while.");
        case CallbackOutcome::Unknown:
            return Texts::tr("Callbacks with a token that the service never issued.");
        case CallbackOutcome::Mismatched:
            return Texts::tr("Callbacks with the id of another job. The job stays pending.");
        case CallbackOutcome::Malformed:
            return Texts::tr("Callbacks that Holdline cannot parse. The job stays pending.");
        case CallbackOutcome::Unauthorised:
            return Texts::tr("Callbacks without a valid signature or secret. The job stays pending.");
    }
    return {};
}

}  // namespace holdline::monitor
