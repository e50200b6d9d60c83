// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/harness/call.h"
#include "tests/soak/scenario.h"

#include <QTimer>

#include <map>
#include <unordered_set>

namespace holdline::soak {

/// The attacks of a hostile account, at full speed.
enum class Attack {
    Errors,      ///< starts that get 500
    Impatience,  ///< clients that wait for less time than a start takes
    Bodies,      ///< requests of 1 MB that are handed over
    Keys,        ///< a new idempotency key with every request
    Watches,     ///< event streams and long polls of one job
    Stuck        ///< starts that hang
};
inline constexpr std::size_t kAttacks = 6;

/// "errors", …
QByteArray name(Attack attack);
/// The account that attacks in this way only. The job server treats each one differently.
QByteArray accountOf(Attack attack);
/// The account that attacks in all ways at once.
inline const QByteArray kWorstAccount = QByteArrayLiteral("hostile_all");

/// Clients of a hostile account, in a process of their own, so that they do not slow the others down by more
/// than the CPU that they take. Runs until it is killed, and ends with the process that started it. Notes the
/// counts of its answers by status every second.
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
    const QByteArray m_pad;  ///< makes a body large
    QByteArray m_watched;    ///< path of the job that is watched
    std::uint64_t m_number = 0;
    std::map<QByteArray, std::uint64_t> m_answers;
    QTimer m_say;
};

}  // namespace holdline::soak
