// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/remoteexchange.h"

#include "service/http/problemresponse.h"

#include <utility>

namespace holdline {

RemoteExchange::~RemoteExchange()
{
    if (isOpen())
        answer(http::droppedResponse());
}

void RemoteExchange::answer(const http::Response &response)
{
    if (RemoteResponseSink *sink = std::exchange(m_sink, nullptr))
        sink->answered(*this, response);
}

void RemoteExchange::leave()
{
    if (std::exchange(m_sink, nullptr))
        Q_EMIT clientGone();
}

}  // namespace holdline
