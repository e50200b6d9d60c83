// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/crash/crashoptions.h"

#include <QDeadlineTimer>
#include <QObject>
#include <QProcessEnvironment>
#include <QTimer>

#include <random>

namespace holdline::crash {

/// Disturbs the service while a round runs. Another program reads the database, the wall clock is set, the
/// disk fails or hangs, and a kill undoes the writes that were not synced, as a power cut does. The options
/// select the kinds of disturbances.
///
/// Construct it, then call lifeBegins() and lifeEnded() alternately, at the start and after the end of each
/// service process. Thread: one, with an event loop.
class Surroundings : public QObject
{
    Q_OBJECT

public:
    /// `folder` belongs to this round and contains the file `store`. The seed decides when each disturbance
    /// happens.
    Surroundings(const Options &options, const QString &folder, const QString &store, std::uint64_t seed);

    /// Adds the variables that the service process needs.
    void addTo(QProcessEnvironment &environment) const;
    void lifeBegins();
    /// Call this after the process has ended. Undoes what a power cut would undo.
    void lifeEnded();
    /// From now on the disk works, so that the round can finish.
    void spareTheDisk();

    int disturbances() const { return m_disturbances; }
    /// Returns the number of bytes that were undone.
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
    QDeadlineTimer m_works;  ///< until this time the disk works
    bool m_sparesDisk = false;
    int m_disturbances = 0;
    std::int64_t m_bytesTaken = 0;
};

}  // namespace holdline::crash
