// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/crash/crashoptions.h"

#include <QDeadlineTimer>
#include <QObject>
#include <QProcessEnvironment>
#include <QTimer>

#include <random>

namespace holdline::crash {

/// What goes on around a service while a round runs: another program looks into its database, the wall clock
/// is set, the disk fails or hangs, and a kill takes the writes that were not synced, as a power cut does.
/// The options say which of these.
///
/// Life: construct, then lifeBegins() and lifeEnded() in turn. Thread: one, with an event loop.
class Surroundings : public QObject
{
    Q_OBJECT

public:
    /// `folder` is the round's own, and has the file `store`. The seed decides what happens when.
    Surroundings(const Options &options, const QString &folder, const QString &store, std::uint64_t seed);

    /// What the service needs in its environment.
    void addTo(QProcessEnvironment &environment) const;
    void lifeBegins();
    /// The process is gone. Takes what a power cut takes.
    void lifeEnded();
    /// From now on the disk works, so that the round comes to its end.
    void spareTheDisk();

    int disturbances() const { return m_disturbances; }
    /// Bytes that were taken.
    std::int64_t bytesTaken() const { return m_bytesTaken; }

private:
    bool has(Disturbance kind) const { return m_kinds.testFlag(kind); }
    int from(int least, int most);
    void disturb();
    void look();
    void setClock();
    void troubleDisk();
    void cutPower();
    void undo(const QString &file, const QString &note);
    void mendDisk();
    QString at(const char *name) const { return m_folder + u'/' + QLatin1StringView(name); }

    const Disturbances m_kinds;
    const QString m_folder;
    const QString m_store;
    std::mt19937_64 m_random;
    QTimer m_next;
    QTimer m_mend;
    QDeadlineTimer m_works;  ///< no trouble of the disk before
    bool m_sparesDisk = false;
    int m_disturbances = 0;
    std::int64_t m_bytesTaken = 0;
};

}  // namespace holdline::crash
