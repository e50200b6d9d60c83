// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/world.h"

#include <QDir>
#include <QFile>

namespace holdline::soak {

using namespace Qt::StringLiterals;
using harness::ServiceChild;

namespace {

QByteArray local(quint16 port)
{
    return "127.0.0.1:" + QByteArray::number(port);
}

}  // namespace

World::World(const WorldOptions &options, QObject *parent)
    : QObject(parent),
      m_options(options),
      m_folder(options.folder.isEmpty() ? m_temporary.path() : QDir(options.folder).absolutePath()),
      m_upstream(options.upstream),
      m_port(harness::freePort()),
      m_adminPort(harness::freePort())
{
    connect(&m_sample, &QTimer::timeout, this, &World::sample);
}

World::~World() = default;

bool World::start()
{
    if (!m_temporary.isValid() || !QDir().mkpath(m_folder)) {
        m_error = u"cannot make the folder "_s + m_folder;
    } else if (!m_upstream.listen(QHostAddress::LocalHost, 0)) {
        m_error = m_upstream.errorString();
    } else if (!launch()) {
        m_error = u"cannot write into "_s + m_folder;
    } else {
        m_time.start();
        m_sample.start(m_options.samplePause);
        return true;
    }
    return false;
}

bool World::writeConfiguration(const QByteArray &configuration) const
{
    const quint16 upstream = m_options.upstreamPort > 0 ? m_options.upstreamPort : m_upstream.port();
    const quint16 callback = m_options.callbackPort > 0 ? m_options.callbackPort : m_port;
    QByteArray text = "[server]\nlisten = \"" + local(m_port) + "\"\nadmin_listen = \"" + local(m_adminPort) +
                      "\"\nmonitor_socket = \"" + monitorSocket().toUtf8() + "\"\ncallback_url = \"http://" +
                      local(callback) + "/callback\"\nthreads = " + QByteArray::number(m_options.threads) +
                      "\n[upstream]\nurl = \"http://" + local(upstream) + "/start\"\n[store]\npath = \"" +
                      m_folder.toUtf8() + "/holdline.db\"\n" + m_options.store + configuration;
    QFile file(m_folder + u"/holdline.toml"_s);
    return file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(text) == text.size();
}

/// Starts the service with its first configuration, because a reload may have written an invalid one.
bool World::launch()
{
    if (!writeConfiguration(m_options.configuration))
        return false;
    harness::ServiceCommand command;
    command.program = m_options.holdline;
    command.arguments = {u"--config"_s, m_folder + u"/holdline.toml"_s};
    command.logFile = m_folder + u"/holdline.log"_s;
    m_endWanted = false;
    ++m_lives;
    m_child = new ServiceChild(command, this);
    connect(m_child, &ServiceChild::ended, this, &World::lifeEnded);
    m_child->start();
    return true;
}

void World::lifeEnded()
{
    const bool isRight = m_child->wasKilled() || m_child->exitCode() == 0;
    if (!m_endWanted || !isRight)
        Q_EMIT violated(u"the service ended: "_s + m_child->endText());
    m_child->deleteLater();
    m_child = nullptr;
    if (!m_isLast && launch())
        return;
    if (!m_isLast)
        Q_EMIT violated(u"cannot write into "_s + m_folder);
    m_sample.stop();
    Q_EMIT ended();
}

void World::kill()
{
    if (!m_child)
        return;
    m_endWanted = true;
    m_child->kill();
}

void World::terminate()
{
    if (!m_child)
        return;
    m_endWanted = true;
    m_child->terminate();
}

void World::reload(const QByteArray &configuration)
{
    if (m_child && writeConfiguration(configuration))
        m_child->reload();
}

void World::end()
{
    m_isLast = true;
    terminate();
}

void World::sample()
{
    if (m_child && m_child->pid() > 0 && !m_endWanted)
        m_samples.take(std::chrono::milliseconds(m_time.elapsed()), m_lives, m_child->pid());
}

}  // namespace holdline::soak
