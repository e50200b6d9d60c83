// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/httpconnection.h"

#include "service/http/responsewriter.h"

#include <algorithm>
#include <array>

namespace holdline::http {

using namespace Qt::StringLiterals;

namespace {

/// The most bytes of one read outside a body. As many bytes of each body are read without waiting for a
/// TurnAllowance. A body with more bytes than this counts as large.
constexpr qsizetype kFirstBytes = 16 * 1024;
/// The memory is divided by this number; one such part is reserved for small bodies.
constexpr int kPartOfSmallBodies = 16;
constexpr Refusal kNoMemory{Reason::Overloaded, "The bodies in memory are at their limit."_L1};

}  // namespace

HttpConnection::HttpConnection(ConnectionHost &host, ConnectionId id, Quota quota, qintptr descriptor)
    : m_host(host),
      m_id(id),
      m_quota(quota),
      m_parser(host.limits()),
      m_charge(host.memory()),
      m_socket(*this, descriptor)
{
}

// Reading

void HttpConnection::socketReadable()
{
    if (m_state == State::Closed)
        return;
    switch (m_state == State::Leaving ? discardSome() : readSome()) {
        case StreamSocket::Received::Bytes:
            break;
        case StreamSocket::Received::Nothing:
            return;
        case StreamSocket::Received::Finished:
            m_finished = true;
            break;
        case StreamSocket::Received::Failed:
            return drop();
    }
    resume();
}

StreamSocket::Received HttpConnection::readSome()
{
    static thread_local std::array<char, kInputBytes> buffer;
    m_input.compact();
    const qsizetype most = m_parser.isInBody() ? kInputBytes : kFirstBytes;
    const qsizetype room = std::min(kInputBytes - m_input.size(), most);
    if (room <= 0) {
        updateReading();
        return StreamSocket::Received::Nothing;
    }
    const auto kind = allowanceKind();
    if (kind && m_host.allowance().left(*kind) == 0)
        return StreamSocket::Received::Nothing;
    qsizetype count = 0;
    const auto received = m_socket.receive(std::span(buffer.data(), static_cast<std::size_t>(room)), count);
    m_input.append(QByteArrayView(buffer.data(), count));
    if (kind)
        m_host.allowance().take(*kind, count);
    return received;
}

/// Returns the allowance that limits the next read. Empty when the read is not limited: only large bodies
/// are.
std::optional<TurnAllowance::Kind> HttpConnection::allowanceKind() const
{
    if (!m_parser.isInBody() || m_parser.request().body.size() < kFirstBytes)
        return std::nullopt;
    return m_host.isReserved(m_parser.request()) ? TurnAllowance::Kind::ReservedBody
                                                 : TurnAllowance::Kind::Body;
}

StreamSocket::Received HttpConnection::discardSome()
{
    const qsizetype left = m_host.limits().lingerBytes - m_discarded;
    if (left <= 0) {
        m_socket.sendReset();
        return StreamSocket::Received::Failed;
    }
    TurnAllowance &allowance = m_host.allowance();
    const qsizetype most = std::min(left, allowance.left(TurnAllowance::Kind::Discarded));
    if (most == 0)
        return StreamSocket::Received::Nothing;
    qsizetype count = 0;
    const auto received = m_socket.discard(most, count);
    m_discarded += static_cast<std::int32_t>(count);
    allowance.take(TurnAllowance::Kind::Discarded, count);
    return received;
}

void HttpConnection::resume()
{
    process();
    afterProcessing();
}

void HttpConnection::process()
{
    if (m_processing)
        return;
    m_processing = true;
    int budget = kRequestsPerTurn;
    bool again = !m_input.isEmpty();
    while (m_state == State::Reading && again && !hasTooMuchUnsent()) {
        if (budget == 0) {
            m_host.resumeSoon(m_id);
            break;
        }
        qsizetype consumed = 0;
        const qsizetype held = m_parser.request().body.capacity();
        const auto status = m_parser.feed(m_input.view(), consumed);
        m_input.take(consumed);
        again = !m_input.isEmpty();
        switch (status) {
            case RequestParser::Status::NeedMore:
                countBytes();
                // A body whose memory is already allocated is accepted, even when other bodies have used up
                // the budget since.
                if (m_parser.request().body.capacity() > held && !hasMemoryFor(0))
                    refuse(kNoMemory, m_parser.method() == "HEAD", m_parser.requestId());
                break;
            case RequestParser::Status::HeadComplete:
                headComplete();
                again = true;  // completes a request without a body, which needs no further byte
                break;
            case RequestParser::Status::Complete:
                --budget;
                complete();
                break;
            case RequestParser::Status::Refused:
                refuse(m_parser.refusal(), m_parser.method() == "HEAD", m_parser.requestId());
                break;
        }
    }
    m_processing = false;
}

void HttpConnection::afterProcessing()
{
    if (m_processing || m_state == State::Closed)
        return;
    if (m_input.isEmpty() || m_state == State::Handling)
        m_input.squeeze();
    if (m_state == State::Reading)
        updatePhase();
    updateReading();
    if (m_finished)
        peerFinished();
}

void HttpConnection::headComplete()
{
    const auto &framing = m_parser.facts().framing;
    if (framing.kind == Framing::Kind::Length && !hasMemoryFor(framing.length))
        return refuse(kNoMemory, m_parser.method() == "HEAD", m_parser.requestId());
    const bool nothingOfTheBodyYet = m_input.isEmpty();
    if (m_parser.facts().expectContinue && nothingOfTheBodyYet)
        send("HTTP/1.1 100 Continue\r\n\r\n");
}

void HttpConnection::complete()
{
    const bool keepAlive = m_parser.facts().keepAlive;
    Request request = m_parser.takeRequest();
    m_parser = RequestParser(m_host.limits());
    countBytes();
    if (m_peer.isEmpty())
        m_peer = m_socket.peer();
    request.peer = m_peer;
    if (request.requestId.isEmpty())
        request.requestId = m_host.newRequestId();
    m_response.begin(request, keepAlive);

    if (m_quota == Quota::Reserved && !m_host.admitReserved(*this, request))
        return refuse(kNoConnectionFree, m_response.isHead(), m_response.requestId());
    m_state = State::Handling;
    enterPhase(Phase::None);
    setClosable(false);
    if (request.target == "*") {
        Response response{204, {{QByteArrayLiteral("Allow"), QByteArray(kServedMethods)}}, {}, false};
        return answer(response);
    }
    m_host.received(*this, request);
}

/// True when `more` further body bytes fit into the memory budget. Large bodies must leave a part of the
/// budget to small ones. So large bodies alone cannot block all requests.
bool HttpConnection::hasMemoryFor(std::int64_t more) const
{
    const ByteBudget &memory = m_host.memory();
    const bool isLarge = std::max<std::int64_t>(more, m_parser.request().body.size()) > kFirstBytes;
    return memory.fits(more + (isLarge ? memory.limit() / kPartOfSmallBodies : 0)) ||
           m_host.isReserved(m_parser.request());
}

void HttpConnection::countBytes()
{
    m_charge.set(m_parser.request().body.capacity() + m_socket.unsentMemory());
}

void HttpConnection::peerFinished()
{
    switch (m_state) {
        case State::Reading:
            if (!m_input.isEmpty())
                return;  // completely received requests that are not handled yet
            if (!m_parser.isIdle()) {
                return refuse({Reason::BadRequest, "The request ended too early."_L1},
                              m_parser.method() == "HEAD", m_parser.requestId());
            }
            return leave();
        case State::Handling:
            if (m_host.limits().holdHalfClosed)
                return m_socket.watchForBreak();
            m_state = State::Reading;
            m_host.exchangeLost(*this);
            return leave();
        case State::Leaving:
            if (m_socket.bytesToWrite() == 0)
                drop();
            return;
        case State::Closed:
            return;
    }
}

void HttpConnection::updateReading()
{
    const bool wanted = m_state != State::Closed && !m_finished &&
                        (m_state == State::Leaving || (m_input.size() < kInputBytes && !hasTooMuchUnsent()));
    m_socket.setReading(wanted);
}

// Answering

void HttpConnection::answer(const Response &response)
{
    if (m_state != State::Handling || m_response.isStreaming())
        return;
    const bool close = closesAfter(response);
    m_state = State::Reading;
    send(m_response.whole(response, m_host.date(), close));
    answered(close);
}

bool HttpConnection::closesAfter(const Response &response) const
{
    const bool isLast = m_finished && m_input.isEmpty();
    return response.close || !m_response.keepsAlive() || isLast || m_host.isClosing() ||
           m_quota == Quota::Reserved;
}

/// Called when the whole response was given to the socket.
void HttpConnection::answered(bool close)
{
    m_response.end();
    if (m_state == State::Closed)
        return;
    if (close)
        return leave();
    enterPhase(Phase::Idle);
    setClosable(m_input.isEmpty());
    if (!m_processing) {
        // The next request is delivered later, not inside this call, because the caller must finish first.
        if (!m_input.isEmpty())
            m_host.resumeSoon(m_id);
        updateReading();
    }
}

bool HttpConnection::beginStream(const Response &response)
{
    if (m_state != State::Handling || m_response.isStreaming())
        return false;
    const QByteArray bytes = m_response.beginStream(response, m_host.date(), closesAfter(response));
    if (m_response.isStreaming())
        return sendPiece(bytes);
    m_state = State::Reading;
    send(bytes);
    answered(!m_response.keepsAlive());
    return false;
}

bool HttpConnection::writeStream(QByteArrayView piece)
{
    return m_state == State::Handling && m_response.isStreaming() && sendPiece(m_response.piece(piece));
}

bool HttpConnection::sendPiece(const QByteArray &bytes)
{
    send(bytes);
    if (m_state == State::Handling && hasTooMuchUnsent()) {
        m_host.refused(0);
        drop();
    }
    return m_state == State::Handling;
}

void HttpConnection::endStream(QByteArrayView last)
{
    if (m_state != State::Handling || !m_response.isStreaming())
        return;
    m_state = State::Reading;
    // The last bytes may exceed Limits::maxUnsentBytes. As in answer(), only Limits::writeTimeout applies to
    // them.
    QByteArray end = last.isEmpty() ? QByteArray() : m_response.piece(last);
    end += m_response.endStream();
    if (!end.isEmpty())
        send(end);
    answered(!m_response.keepsAlive() || m_host.isClosing());
}

void HttpConnection::answerRaw(const QByteArray &bytes)
{
    if (m_state != State::Handling)
        return;
    m_state = State::Reading;
    send(bytes);
    leave();
}

void HttpConnection::reset()
{
    if (m_state != State::Handling)
        return;
    m_state = State::Reading;
    m_socket.sendReset();
    drop();
}

void HttpConnection::refuseNow(const Refusal &refusal)
{
    // Closing with unread bytes would send an RST, and the client would not see the response.
    qsizetype count = 0;
    static_cast<void>(m_socket.discard(kInputBytes, count));
    refuse(refusal, false, {});
}

void HttpConnection::refuse(const Refusal &refusal, bool isHead, QByteArray requestId)
{
    if (m_state == State::Leaving || m_state == State::Closed)
        return;
    if (requestId.isEmpty())
        requestId = m_host.newRequestId();
    Response response = refusalResponse(refusal);
    m_host.amendRefusal(m_parser.request(), response);
    m_state = State::Reading;
    m_host.refused(response.status);
    send(serialise(response, {m_host.date(), requestId, true, false, isHead}));
    leave();
}

void HttpConnection::send(const QByteArray &bytes)
{
    if (m_state == State::Closed)
        return;
    m_written += bytes.size();
    if (!m_socket.write(bytes))
        return drop();
    watchUnsent();
}

void HttpConnection::socketWritten()
{
    if (m_state == State::Closed)
        return;
    watchUnsent();
    if (m_socket.bytesToWrite() == 0 && m_state == State::Leaving)
        return allSent();
    if (!hasTooMuchUnsent())
        resume();
}

void HttpConnection::watchUnsent()
{
    countBytes();
    m_deadlines.setUnsent(m_written, m_socket.bytesToWrite(), Clock::now(), m_host.limits().writeTimeout);
    schedule();
}

// Ending

void HttpConnection::leave()
{
    if (m_state == State::Leaving || m_state == State::Closed)
        return;
    m_state = State::Leaving;
    m_parser.reset();
    countBytes();
    m_input.clear();
    enterPhase(Phase::None);
    setClosable(true);
    if (m_socket.bytesToWrite() == 0)
        allSent();
    updateReading();
}

void HttpConnection::allSent()
{
    if (m_finished)
        return drop();
    if (m_finSent)
        return;
    m_finSent = true;
    m_socket.finishSending();
    m_deadlines.setPhase(Clock::now() + m_host.limits().lingerTimeout);
    schedule();
    m_host.lingers(*this);
}

void HttpConnection::drop()
{
    if (m_state == State::Closed)
        return;
    const bool wasHandling = m_state == State::Handling;
    m_state = State::Closed;
    m_input.clear();
    m_charge = {};  // the budget may be destroyed before this object
    m_socket.close();
    if (wasHandling)
        m_host.exchangeLost(*this);
    m_host.closed(*this);
}

// Deadlines

void HttpConnection::updatePhase()
{
    if (m_parser.isIdle()) {
        // Complete requests may still wait in the input.
        setClosable(m_phase == Phase::Idle && m_input.isEmpty());
        return;
    }
    setClosable(false);
    if (m_parser.isInBody()) {
        if (m_phase != Phase::Body)
            enterPhase(Phase::Body);
    } else if (m_phase == Phase::Idle) {
        enterPhase(Phase::Head);
    } else if (m_phase == Phase::Connected) {
        m_phase = Phase::Head;  // the deadline still counts from the connect
    }
}

void HttpConnection::enterPhase(Phase phase)
{
    m_phase = phase;
    const Limits &limits = m_host.limits();
    std::chrono::milliseconds time{};
    switch (phase) {
        case Phase::None:
            m_deadlines.clearPhase();
            return;
        case Phase::Connected:
        case Phase::Head:
            time = limits.headTimeout;
            break;
        case Phase::Body:
            time = limits.bodyTimeout;
            break;
        case Phase::Idle:
            time = limits.idleTimeout;
            break;
    }
    if (m_quota != Quota::Regular)
        time = std::min<std::chrono::milliseconds>(time, kReservedTimeout);
    m_deadlines.setPhase(Clock::now() + time);
    schedule();
}

void HttpConnection::schedule()
{
    if (const auto at = m_deadlines.takeWakeTime())
        m_host.wakeAt(m_id, *at);
}

void HttpConnection::wake(TimePoint now)
{
    switch (m_deadlines.wake(now)) {
        case ConnectionDeadlines::Due::Write:
            m_host.refused(0);
            return drop();
        case ConnectionDeadlines::Due::Phase:
            phaseExpired();
            break;
        case ConnectionDeadlines::Due::Nothing:
            break;
    }
    if (m_state != State::Closed)
        schedule();
}

void HttpConnection::phaseExpired()
{
    if (m_state == State::Leaving)
        return drop();
    if (m_state != State::Reading)
        return;
    if (!m_parser.isIdle())
        return refuse({Reason::RequestTimeout, {}}, m_parser.method() == "HEAD", m_parser.requestId());
    if (m_phase == Phase::Connected)
        m_host.refused(0);
    leave();
}

void HttpConnection::setClosable(bool closable)
{
    if (m_closable == closable)
        return;
    m_closable = closable;
    m_host.closableChanged(*this, closable);
}

}  // namespace holdline::http
