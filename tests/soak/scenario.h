// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QString>

namespace holdline::soak {

/// One scenario of soakrun.
///
/// Construct it, then call start(). It emits finished() once. Thread: one, with an event loop.
class Scenario : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Returns false when the scenario cannot begin; see errorString().
    virtual bool start() = 0;
    virtual QString errorString() const = 0;
    /// Returns true when there was no violation.
    virtual bool isClean() const = 0;
    /// Returns the figures, with a line feed after each line.
    virtual QByteArray summary() const = 0;

Q_SIGNALS:
    /// Reports a violation or the progress, as one line for people.
    void noted(const QString &line);
    void finished();
};

}  // namespace holdline::soak
