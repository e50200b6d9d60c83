// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/http/heldexchange.h"

#include "service/holdline/http/qtcompat.h"
#include "service/http/problemresponse.h"

namespace holdline {

namespace {

/// Reads back what the responder wrote. The connection's own fields (Content-Length and the like) are the
/// gate's to write, which leaves out the ones found here.
http::Response parseAnswer(const QByteArray &bytes)
{
    http::Response response;
    const QByteArrayView all(bytes);
    const qsizetype headEnd = all.indexOf("\r\n\r\n");
    QByteArrayView head = all.first(headEnd < 0 ? all.size() : headEnd + 2);
    response.status = all.sliced(9).first(3).toInt();
    for (;;) {
        head = head.sliced(head.indexOf("\r\n") + 2);
        const qsizetype colon = head.indexOf(": ");
        if (colon < 0)
            break;
        const qsizetype end = head.indexOf("\r\n");
        response.headers.append(head.first(colon).toByteArray(),
                                head.sliced(colon + 2, end - colon - 2).toByteArray());
    }
    response.body = bytes.sliced(headEnd + 4);
    return response;
}

}  // namespace

HeldExchange::HeldExchange(ExchangeKeeper &keeper, http::ExchangeId id, QHttpServerResponder &&responder,
                           InnerSocket &socket)
    : m_keeper(&keeper), m_id(id), m_responder(std::move(responder)), m_socket(&socket)
{
}

HeldExchange::~HeldExchange()
{
    if (!isOpen())
        return;
    const QString detail = QStringLiteral("The request was given up without an answer.");
    answer(http::problemResponse({Reason::InternalError, detail, {}, {}}));
}

void HeldExchange::answer(const http::Response &response)
{
    if (!isOpen())
        return;
    qtcompat::write(*m_responder, response);
    http::Response written = parseAnswer(m_socket->takeOutput());
    written.close = response.close;
    ExchangeKeeper &keeper = *m_keeper;
    release();
    keeper.finish(*this, written);
}

void HeldExchange::leave()
{
    if (!isOpen())
        return;
    release();
    Q_EMIT clientGone();
}

void HeldExchange::detach()
{
    release();
    m_keeper = nullptr;
}

void HeldExchange::release()
{
    if (!m_responder)
        return;
    m_keeper->dispose(std::move(*m_responder));
    m_responder.reset();
}

}  // namespace holdline
