// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/window/mainwindow.h"
#include "tests/support/wholeservice.h"

#include <QPointer>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace holdline::test {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

/// A service with a socket for monitors, and monitor windows that show this service. A test can stop and
/// restart the service.
class MonitorWorld
{
public:
    MonitorWorld()
    {
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope,
                           m_directory.filePath(u"settings"_s));
        QCoreApplication::setOrganizationName(u"holdline-tests"_s);
        QCoreApplication::setApplicationName(u"monitor"_s);
    }
    ~MonitorWorld() { closeWindows(); }

    QString socket() const { return m_directory.filePath(u"holdline.sock"_s); }
    QString file(const QString &name) const { return m_directory.filePath(name); }

    /// Returns options for a job server whose jobs run long enough to be observed.
    static JobServerOptions slowJobs(std::chrono::milliseconds duration = 700ms)
    {
        JobServerOptions options = WholeService::quickJobs();
        options.duration = duration;
        return options;
    }

    WholeService &start(const JobServerOptions &jobs = slowJobs(),
                        Config config = WholeService::quietConfig())
    {
        m_service.reset();
        config.server.monitorSocket = socket();
        m_service = std::make_unique<WholeService>(jobs, config);
        return *m_service;
    }
    void stop() { m_service.reset(); }
    WholeService &service() { return *m_service; }

    /// Starts to send requests for `jobs` jobs. Sending continues while the test's event loop runs.
    LoadGenerator &load(int jobs, const QByteArray &account = "acme", int accounts = 1)
    {
        LoadOptions options;
        options.url = m_service->startUrl();
        options.jobs = jobs;
        options.account = account;
        options.accounts = accounts;
        m_loads.push_back(std::make_unique<LoadGenerator>(options));
        m_loads.back()->start();
        return *m_loads.back();
    }
    void forgetLoads() { m_loads.clear(); }

    monitor::MainWindow &open(const QString &socket)
    {
        monitor::Options options;
        options.socket = socket;
        return open(options);
    }
    monitor::MainWindow &open(const monitor::Options &options)
    {
        auto *window = new monitor::MainWindow(options);
        m_windows.append(window);
        window->show();
        return *window;
    }
    monitor::MainWindow &open() { return open(socket()); }

    void closeWindows()
    {
        for (const QPointer<monitor::MainWindow> &window : std::as_const(m_windows))
            delete window.data();
        m_windows.clear();
    }

private:
    QTemporaryDir m_directory;
    std::unique_ptr<WholeService> m_service;
    std::vector<std::unique_ptr<LoadGenerator>> m_loads;
    QList<QPointer<monitor::MainWindow>> m_windows;
};

}  // namespace holdline::test
