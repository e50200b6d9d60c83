// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QString>

namespace holdline::soak {

/// One course of soakrun.
///
/// Construct, then start(). Emits finished() once. Lives in one thread.
class Scenario : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Returns false when it cannot begin; see errorString().
    virtual bool start() = 0;
    virtual QString errorString() const = 0;
    /// True when nothing went wrong that must not.
    virtual bool isClean() const = 0;
    /// The figures, on one line.
    virtual QByteArray summary() const = 0;

Q_SIGNALS:
    /// A violation, or how far it is: one line for people.
    void noted(const QString &line);
    void finished();
};

}  // namespace holdline::soak
