// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/harness/call.h"
#include "tests/soak/scenario.h"

#include <QTimer>

#include <map>
#include <unordered_set>

namespace holdline::soak {

/// The ways in which a hostile account attacks, at full speed.
enum class Attack {
    Errors,      ///< start requests that get 500
    Impatience,  ///< clients whose deadline is shorter than a start request takes
    Bodies,      ///< requests of 1 MB that are handed over or have a key
    Keys,        ///< a new idempotency key with every request
    Watches,     ///< event streams and long polls of one job
    Stuck        ///< start requests that get no response
};
inline constexpr std::size_t kAttacks = 6;

/// Returns "errors", "impatience", …
QByteArray name(Attack attack);
/// Returns the account that attacks only in this way. The job server treats each account differently.
QByteArray accountOf(Attack attack);
/// The account that attacks in all ways at once.
inline const QByteArray kWorstAccount = QByteArrayLiteral("hostile_all");

/// The clients of a hostile account. They run in a process of their own, so that they slow other clients down
/// only by the CPU time that they use. The process runs until it is killed, and ends with its parent process.
/// Every second it reports the number of responses by status.
class Attacker : public Scenario
{
    Q_OBJECT

public:
    Attacker(quint16 port, const std::vector<Attack> &attacks);
    ~Attacker() override;

    bool start() override;
    QString errorString() const override { return {}; }
    bool isClean() const override { return true; }
    QByteArray summary() const override { return {}; }

private:
    QByteArray account(Attack attack) const;
    void ask(Attack attack);
    QByteArray nextRequest(Attack attack);
    void answered(Attack attack, const harness::CallResult &result);
    void say();

    const quint16 m_port;
    const std::vector<Attack> m_attacks;
    const QByteArray m_pad;  ///< makes a request body large
    QByteArray m_watched;    ///< path of the job that this attacker watches
    std::uint64_t m_number = 0;
    std::map<QByteArray, std::uint64_t> m_answers;
    QTimer m_say;
};

}  // namespace holdline::soak
