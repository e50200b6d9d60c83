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

/// The settings of a world. Plain data.
struct WorldOptions
{
    QString holdline;  ///< path of the program
    QString folder;    ///< for the store, the configuration and the log; empty for a temporary one
    JobServerOptions upstream;
    QByteArray configuration;  ///< tables of the TOML file, without [server], [upstream] and [store] path
    QByteArray store;          ///< lines for the table [store]
    int threads = 0;           ///< 0 for the service's own choice
    quint16 upstreamPort = 0;  ///< where the service starts jobs; 0 for the job server itself
    std::chrono::milliseconds samplePause = kSamplePause;
    quint16 callbackPort = 0;  ///< where callbacks go; 0 for the service itself
};

/// The job server in this process, and the real service in front of it in a process of its own. The service
/// is started again whenever it ends. Samples its memory and descriptors.
///
/// Construct, then start(). Destroying it kills the service. Lives in one thread.
class World : public QObject
{
    Q_OBJECT

public:
    explicit World(const WorldOptions &options, QObject *parent = nullptr);
    ~World() override;

    /// Returns false when it cannot begin; see errorString().
    bool start();
    QString errorString() const { return m_error; }

    JobServer &upstream() { return m_upstream; }
    quint16 port() const { return m_port; }
    quint16 adminPort() const { return m_adminPort; }
    QString monitorSocket() const { return m_folder + QStringLiteral("/monitor.sock"); }
    QString folder() const { return m_folder; }
    const Samples &samples() const { return m_samples; }
    /// Number of lives of the service so far.
    int lives() const { return m_lives; }

    void kill();
    /// Sends SIGTERM. The service drains, ends, and is started again.
    void terminate();
    /// Replaces the configuration and sends SIGHUP.
    void reload(const QByteArray &configuration);
    /// Sends SIGTERM for the last time. Emits ended().
    void end();
    /// Keeps the temporary folder, because somebody wants to look at it.
    void keepFolder() { m_temporary.setAutoRemove(false); }

Q_SIGNALS:
    /// The service ended although nobody ended it, or with a wrong exit code.
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
    bool m_endWanted = false;  ///< somebody ends this life
    bool m_isLast = false;
    int m_lives = 0;
    QTimer m_sample;
    QElapsedTimer m_time;
    Samples m_samples;
};

}  // namespace holdline::soak
