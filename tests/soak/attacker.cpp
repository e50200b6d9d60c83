// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/attacker.h"

#include "tests/soak/client.h"

#include <QCoreApplication>

#include <array>
#include <csignal>

#include <sys/prctl.h>

namespace holdline::soak {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using harness::Call;
using harness::CallResult;

namespace {

constexpr std::array<const char *, kAttacks> kNames{"errors", "impatience", "bodies",
                                                    "keys",   "watches",    "stuck"};
/// Number of connections of each attack, more than the service's limits allow.
constexpr std::array<int, kAttacks> kConnections{200, 500, 200, 300, 5'000, 1'500};
constexpr qsizetype kLargeBody = 1'000'000;

}  // namespace

QByteArray name(Attack attack)
{
    return kNames.at(static_cast<std::size_t>(attack));
}

QByteArray accountOf(Attack attack)
{
    return "hostile_" + name(attack);
}

Attacker::Attacker(quint16 port, const std::vector<Attack> &attacks)
    : m_port(port), m_attacks(attacks), m_pad(kLargeBody, 'x')
{
    connect(&m_say, &QTimer::timeout, this, &Attacker::say);
}

Attacker::~Attacker() = default;

bool Attacker::start()
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const Attack attack : m_attacks) {
        for (int i = 0; i < kConnections.at(static_cast<std::size_t>(attack)); ++i)
            ask(attack);
    }
    m_say.start(1s);
    return true;
}

QByteArray Attacker::account(Attack attack) const
{
    return m_attacks.size() > 1 ? kWorstAccount : accountOf(attack);
}

void Attacker::ask(Attack attack)
{
    auto *call = new Call(m_port, nextRequest(attack), this);
    connect(call, &Call::finished, this, [this, call, attack](const CallResult &result) {
        call->deleteLater();
        answered(attack, result);
    });
}

QByteArray Attacker::nextRequest(Attack attack)
{
    const QByteArray number = QByteArray::number(qulonglong(++m_number));
    const QByteArray begin = R"({"account":")" + account(attack) + '"';
    // The process id makes the keys differ from those of other attacks.
    const QByteArray key = "Idempotency-Key: \"" + QByteArray::number(QCoreApplication::applicationPid()) +
                           '-' + number + "\"\r\n";
    switch (attack) {
        case Attack::Errors:
        case Attack::Stuck:
            return Call::post("/start", begin + '}', {});
        case Attack::Impatience:
            return Call::post("/start", begin + '}', "Prefer: wait=1\r\n");
        case Attack::Bodies:
            return Call::post("/start", begin + R"(,"pad":")" + m_pad + "\"}",
                              m_number % 2 == 0 ? "Prefer: respond-async\r\n" : key);
        case Attack::Keys:
            return Call::post("/start", begin + '}', key);
        case Attack::Watches:
            if (m_watched.isEmpty())
                return Call::post("/start", begin + '}', "Prefer: respond-async\r\n");
            if (m_number % 2 == 0)
                return Call::get(m_watched + "/events");
            return Call::get(m_watched + (m_number % 4 == 1 ? "/result" : ""), "Prefer: wait=60\r\n");
    }
    return {};
}

void Attacker::answered(Attack attack, const CallResult &result)
{
    switch (result.fate) {
        case CallResult::Fate::Refused:
            ++m_answers["refused"];
            break;
        case CallResult::Fate::Broken:
            ++m_answers["broken"];
            break;
        case CallResult::Fate::Answered:
            ++m_answers[(QByteArray::number(result.status) + ' ' + codeOf(result)).trimmed()];
            break;
    }
    if (attack == Attack::Watches && m_watched.isEmpty() && result.status == 202)
        m_watched = result.headers.value("Location");
    // The next request is sent in a later turn of the event loop, so that other sockets are handled too.
    QMetaObject::invokeMethod(
        this, [this, attack] { ask(attack); }, Qt::QueuedConnection);
}

void Attacker::say()
{
    QByteArrayList parts;
    for (const auto &[what, count] : m_answers)
        parts.append(what + ": " + QByteArray::number(qulonglong(count)));
    Q_EMIT noted(QString::fromUtf8(parts.join(", ")));
}

}  // namespace holdline::soak
