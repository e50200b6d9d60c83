// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eventloop/eventloop.h"

#include "core/eventloop/epolldispatcher.h"

#include <QCoreApplication>

namespace holdline {

std::unique_ptr<QAbstractEventDispatcher> makeEventDispatcher(EventLoop loop)
{
    if (loop == EventLoop::Qt)
        return nullptr;
    auto dispatcher = std::make_unique<EpollDispatcher>();
    if (dispatcher->isValid())
        return dispatcher;
    qWarning("no descriptor is left for the epoll event loop; Qt's is used");
    return nullptr;
}

void installEventLoop(EventLoop loop)
{
    qputenv("QT_NO_GLIB", "1");
    if (auto dispatcher = makeEventDispatcher(loop))
        QCoreApplication::setEventDispatcher(dispatcher.release());
}

}  // namespace holdline
