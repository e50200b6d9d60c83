// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/harness/call.h"

#include <QElapsedTimer>
#include <QObject>

#include <chrono>
#include <map>
#include <vector>

namespace holdline::soak {

/// An account that uses the service normally: runs of 50 jobs at once, and results that it requests again by
/// their keys. Call only one function at a time; each one ends with its signal. Thread: one, with an event
/// loop.
class Victim : public QObject
{
    Q_OBJECT

public:
    static constexpr int kJobs = 50;
    static constexpr int kKeys = 200;
    static QByteArray account() { return "victim"; }

    explicit Victim(quint16 port, QObject *parent = nullptr) : QObject(parent), m_port(port) {}

    /// Sends 50 blocking requests at once. Emits ran().
    void run();
    /// Sends requests with new keys, a few at once, and keeps the responses. Emits madeKeys().
    void makeKeys();
    /// Sends the same keys again. Their responses must be replayed. Emits repeatedKeys().
    void repeatKeys();
    /// Hands a job over and waits for its result with a long poll. Emits watched().
    void watch();

Q_SIGNALS:
    /// `time` is from the first request to the last response. `phases` is the Server-Timing field of that
    /// response.
    void ran(std::chrono::milliseconds time, int failed, const QByteArray &phases);
    void madeKeys(int answered);
    void repeatedKeys(int replayed);
    void watched(bool isGood);
    /// Reports an unexpected response, as text for people.
    void noted(const QString &text);

private:
    void askNextKey();
    void keyAnswered(std::size_t index, const harness::CallResult &result);
    QByteArray keyRequest(std::size_t index) const;

    const quint16 m_port;
    QElapsedTimer m_time;
    int m_open = 0;
    int m_failed = 0;
    int m_round = 0;  ///< number of calls of makeKeys()
    bool m_repeats = false;
    std::size_t m_nextKey = 0;
    std::vector<QByteArray> m_answers;  ///< response bodies, by key
    int m_good = 0;
};

}  // namespace holdline::soak
