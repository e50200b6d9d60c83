// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/eventloop/eventloop.h"

#include <QCoreApplication>
#include <QTest>

/// QTEST_GUILESS_MAIN on holdline's own event loop, as the programs have it. With HOLDLINE_TEST_EVENT_LOOP=qt
/// in the environment it is Qt's.
#define HOLDLINE_TEST_MAIN(TestClass)                                        \
    int main(int argc, char **argv)                                          \
    {                                                                        \
        using holdline::EventLoop;                                           \
        const bool isQt = qgetenv("HOLDLINE_TEST_EVENT_LOOP") == "qt";       \
        holdline::installEventLoop(isQt ? EventLoop::Qt : EventLoop::Epoll); \
        QCoreApplication app(argc, argv);                                    \
        TestClass test;                                                      \
        return QTest::qExec(&test, argc, argv);                              \
    }
