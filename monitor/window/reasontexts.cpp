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
            return Texts::tr("The callback came and its body was passed on as the answer.");
        case Reason::JobFailed:
            return Texts::tr(
                "The callback came and says that the job itself failed; its body was passed on.");
        case Reason::PassedThrough:
            return Texts::tr(
                "The client asked not to wait, so the upstream's answer to the start was passed on at once.");
        case Reason::StartRejected:
            return Texts::tr(
                "The upstream refused the start; its own answer was passed on. Look at the request.");
        case Reason::UpstreamUnreachable:
            return Texts::tr(
                "No connection to the upstream could be made, in any try. The job certainly did not start.");
        case Reason::UpstreamError:
            return Texts::tr(
                "The upstream answered every try of the start with an error. The job did not start.");
        case Reason::StartUnknown:
            return Texts::tr(
                "The start was sent but never answered, and no callback came before the deadline: "
                "the job may have run.");
        case Reason::CallbackTimeout:
            return Texts::tr(
                "The job was started, but its callback did not come before the deadline. "
                "Can the upstream reach the callback URL?");
        case Reason::QueueTimeout:
            return Texts::tr(
                "The deadline passed before this account's turn to start came. The job did not start.");
        case Reason::ClientGone:
            return Texts::tr("The client closed its connection before there was an answer.");
        case Reason::Cancelled:
            return Texts::tr("The job was cancelled by hand or through the API.");
        case Reason::Interrupted:
            return Texts::tr(
                "The service ended while the start was under way, and no callback came since: "
                "the job may have run.");
        case Reason::HandedOver:
            return Texts::tr("The client was given the job's address to come back to; the job goes on.");
        case Reason::Replayed:
            return Texts::tr(
                "The job of this request's Idempotency-Key had ended; its stored answer was sent again.");
        case Reason::Draining:
            return Texts::tr("The service is shutting down and could not wait any longer.");
        case Reason::CircuitOpen:
            return Texts::tr("The upstream failed so often that nothing is sent to it for a few seconds.");
        case Reason::Overloaded:
            return Texts::tr(
                "A limit of the service on held requests, queued starts or connections was reached.");
        case Reason::DeadlineUnreachable:
            return Texts::tr(
                "So many starts of this account were waiting that the deadline could not be met; "
                "it was refused at once.");
        case Reason::LaneFull:
            return Texts::tr("This account's queue of starts was full.");
        case Reason::StoreUnavailable:
            return Texts::tr(
                "The request needs a promise (an Idempotency-Key or a hand-over), and nothing can be "
                "stored.");
        case Reason::IdempotencyKeyInvalid:
            return Texts::tr("The Idempotency-Key field cannot be read.");
        case Reason::IdempotencyKeyReused:
            return Texts::tr("The same Idempotency-Key came with a different request before.");
        case Reason::IdempotencyKeyInFlight:
            return Texts::tr("The key's job has not ended, and joining is switched off.");
        case Reason::Expired:
            return Texts::tr("There was such a job; its result is no longer kept.");
        case Reason::AlreadyEnded:
            return Texts::tr("The job had ended when it was to be cancelled.");
        case Reason::InvalidJson:
            return Texts::tr("The request's body is not valid JSON.");
        case Reason::MissingAccount:
            return Texts::tr("The request names no account.");
        case Reason::BadRequest:
            return Texts::tr("The request breaks the rules of HTTP or has a member twice.");
        case Reason::RequestTimeout:
            return Texts::tr("The request took too long to arrive.");
        case Reason::BodyTooLarge:
            return Texts::tr("The request's body is larger than the limit.");
        case Reason::TargetTooLong:
            return Texts::tr("The request's address is longer than the limit.");
        case Reason::HeadersTooLarge:
            return Texts::tr("The request's header fields are larger than the limit.");
        case Reason::NotFound:
            return Texts::tr("There is nothing at the address that was asked for.");
        case Reason::MethodNotAllowed:
            return Texts::tr("The address exists, but not for this method.");
        case Reason::ExpectationFailed:
            return Texts::tr("The request expects something the service does not do.");
        case Reason::NotImplemented:
            return Texts::tr("The request uses a part of HTTP the service does not have.");
        case Reason::VersionNotSupported:
            return Texts::tr("The request's version of HTTP is not supported.");
        case Reason::CallbackUnknown:
            return Texts::tr("A callback with a token that was never issued.");
        case Reason::CallbackMismatched:
            return Texts::tr("A callback with a job's token and another job's id.");
        case Reason::CallbackMalformed:
            return Texts::tr("A callback that cannot be read.");
        case Reason::InternalError:
            return Texts::tr("A mistake of the service itself: please report it.");
    }
    return {};
}

QString explain(RowState state)
{
    switch (state) {
        case RowState::Queued:
            return Texts::tr("Waits for its account's turn to start.");
        case RowState::Retrying:
            return Texts::tr("Its start failed for certain and will be tried again.");
        case RowState::Starting:
            return Texts::tr("Its start was sent; the upstream has not answered yet.");
        case RowState::Running:
            return Texts::tr("Runs upstream; its callback is awaited.");
        case RowState::Unconfirmed:
            return Texts::tr(
                "Its start was sent and never answered, so it may run; its callback is awaited.");
        case RowState::Ended:
            return Texts::tr("Ended.");
    }
    return {};
}

QString explain(CallbackOutcome word)
{
    switch (word) {
        case CallbackOutcome::None:
            return {};
        case CallbackOutcome::Matched:
            return Texts::tr("Callbacks that answered their request.");
        case CallbackOutcome::Early:
            return Texts::tr("Callbacks that came before the start's answer; taken all the same.");
        case CallbackOutcome::Duplicate:
            return Texts::tr("Callbacks that came again; nothing came of them.");
        case CallbackOutcome::Late:
            return Texts::tr(
                "Callbacks that came after their request had ended; the result is kept for a while.");
        case CallbackOutcome::Unknown:
            return Texts::tr("Callbacks with a token that was never issued.");
        case CallbackOutcome::Mismatched:
            return Texts::tr("Callbacks with another job's id; the job stays pending.");
        case CallbackOutcome::Malformed:
            return Texts::tr("Callbacks that cannot be read; the job stays pending.");
    }
    return {};
}

}  // namespace holdline::monitor
