// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/harness/call.h"

#include <QElapsedTimer>
#include <QObject>

#include <chrono>
#include <map>
#include <vector>

namespace holdline::soak {

/// An account that uses the service in the ordinary way: runs of 50 jobs at once, and answers that it may ask
/// for again by their keys. One thing at a time: each call ends with its signal.
///
/// Construct, then call. Lives in one thread.
class Victim : public QObject
{
    Q_OBJECT

public:
    static constexpr int kJobs = 50;
    static constexpr int kKeys = 200;
    static QByteArray account() { return "victim"; }

    explicit Victim(quint16 port, QObject *parent = nullptr) : QObject(parent), m_port(port) {}

    /// 50 blocking requests at once.
    void run();
    /// Answers of new keys, a few at once.
    void makeKeys();
    /// The same keys again. Their answers must be replayed.
    void repeatKeys();
    /// Hands a job over and waits for it by a long poll.
    void watch();

Q_SIGNALS:
    /// From the first request to the last answer. `phases` is the Server-Timing of that answer.
    void ran(std::chrono::milliseconds time, int failed, const QByteArray &phases);
    void madeKeys(int answered);
    void repeatedKeys(int replayed);
    void watched(bool isGood);
    /// What was not as it should be, for people.
    void noted(const QString &text);

private:
    void askNextKey();
    void keyAnswered(std::size_t index, const harness::CallResult &result);
    QByteArray keyRequest(std::size_t index) const;

    const quint16 m_port;
    QElapsedTimer m_time;
    int m_open = 0;
    int m_failed = 0;
    int m_round = 0;  ///< counts makeKeys()
    bool m_repeats = false;
    std::size_t m_nextKey = 0;
    std::vector<QByteArray> m_answers;  ///< by key
    int m_good = 0;
};

}  // namespace holdline::soak
