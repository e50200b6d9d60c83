// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/jobserver/jobserver.h"
#include "tests/harness/servicechild.h"
#include "tests/soak/samples.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTemporaryDir>
#include <QTimer>

namespace holdline::soak {

/// The settings of a World.
struct WorldOptions
{
    QString holdline;  ///< path of the program holdline
    QString folder;    ///< folder for the store, the configuration and the log; empty for a temporary one
    JobServerOptions upstream;
    QByteArray configuration;  ///< tables of the TOML file, without [server], [upstream] and the store's path
    QByteArray store;          ///< lines for the table [store]
    int threads = 0;           ///< 0 for the service's default
    quint16 upstreamPort =
        0;  ///< port to which the service sends start requests; 0 for the job server's own port
    std::chrono::milliseconds samplePause = kSamplePause;
    quint16 callbackPort = 0;  ///< port in the callback URL; 0 for the service's own port
};

/// Runs the job server in this process, and the real service in front of it in a child process. Restarts the
/// service whenever it ends. Samples the service's memory and descriptors.
///
/// Construct it, then call start(). The destructor kills the service. Thread: one, with an event loop.
class World : public QObject
{
    Q_OBJECT

public:
    explicit World(const WorldOptions &options, QObject *parent = nullptr);
    ~World() override;

    /// Returns false when the world cannot begin; see errorString().
    bool start();
    QString errorString() const { return m_error; }

    JobServer &upstream() { return m_upstream; }
    quint16 port() const { return m_port; }
    quint16 adminPort() const { return m_adminPort; }
    QString monitorSocket() const { return m_folder + QStringLiteral("/monitor.sock"); }
    QString folder() const { return m_folder; }
    const Samples &samples() const { return m_samples; }
    /// Returns the number of service processes so far.
    int lives() const { return m_lives; }

    void kill();
    /// Sends SIGTERM. The service drains and exits, and is then restarted.
    void terminate();
    /// Replaces the configuration file and sends SIGHUP.
    void reload(const QByteArray &configuration);
    /// Sends SIGTERM for the last time. Emits ended() when the service has exited.
    void end();
    /// Keeps the temporary folder, so that people can inspect it.
    void keepFolder() { m_temporary.setAutoRemove(false); }

Q_SIGNALS:
    /// Reports that the service ended unexpectedly, or with a wrong exit code.
    void violated(const QString &text);
    void ended();

private:
    bool writeConfiguration(const QByteArray &configuration) const;
    bool launch();
    void lifeEnded();
    void sample();

    const WorldOptions m_options;
    QTemporaryDir m_temporary;
    QString m_folder;
    QString m_error;
    JobServer m_upstream;
    quint16 m_port;
    quint16 m_adminPort;
    harness::ServiceChild *m_child = nullptr;
    bool m_endWanted = false;  ///< the current service process was told to end
    bool m_isLast = false;
    int m_lives = 0;
    QTimer m_sample;
    QElapsedTimer m_time;
    Samples m_samples;
};

}  // namespace holdline::soak
