// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/monitorload/feeder.h"

#include "core/monitormessages/monitorcodec.h"

#include <QLocalSocket>

namespace holdline::bench {

using namespace monitor;
using namespace std::chrono_literals;

namespace {

constexpr auto kTick = 100ms;

}  // namespace

Feeder::Feeder(const test::SimulatedJobs::Options &options, QObject *parent)
    : QObject(parent), m_jobs(options)
{
    connect(&m_server, &QLocalServer::newConnection, this, &Feeder::accept);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &Feeder::tick);
}

bool Feeder::listen(const QString &path)
{
    return m_server.listen(path);
}

void Feeder::accept()
{
    delete m_socket;
    m_socket = m_server.nextPendingConnection();
    connect(m_socket, &QLocalSocket::disconnected, m_socket, &QObject::deleteLater);
    // Commands are not measured, so the received bytes are dropped.
    connect(m_socket, &QLocalSocket::readyRead, m_socket, [socket = m_socket.data()] { socket->readAll(); });
    m_seq = 0;
    m_socket->write(encode(Hello{kProtocolVersion, "simulated", 1}));
    for (Update &part : m_jobs.snapshot()) {
        part.seq = ++m_seq;
        m_socket->write(encode(part));
    }
    m_since.start();
    m_timer.start(kTick);
}

void Feeder::tick()
{
    if (!m_socket) {
        m_timer.stop();
        return;
    }
    const auto now = std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
    for (Update &update : m_jobs.advance(now, Milliseconds(m_since.restart()))) {
        update.seq = ++m_seq;
        m_socket->write(encode(update));
    }
}

}  // namespace holdline::bench
