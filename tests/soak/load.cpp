// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/load.h"

#include <algorithm>

namespace holdline::soak {

namespace {

constexpr std::chrono::milliseconds kTick{10};
/// The last clients of an order may be added this long after the order's response, in milliseconds.
constexpr int kRepeatWithinMs = 30'000;

}  // namespace

Load::Load(const LoadOptions &options, quint16 port, JobServer &upstream, QObject *parent)
    : QObject(parent),
      m_options(options),
      m_port(port),
      m_upstream(upstream),
      m_ledger(
          [this](const QByteArray &account, const ProofEntry &entry) {
              return m_upstream.judge(account, {entry}) == std::vector{ProofVerdict::Valid};
          },
          [this](const QString &text) { Q_EMIT violated(text); }),
      m_random(options.seed)
{
    m_tick.setTimerType(Qt::PreciseTimer);
    connect(&m_tick, &QTimer::timeout, this, &Load::tick);
    connect(&m_look, &QTimer::timeout, this, &Load::lookForLost);
    connect(&m_upstream, &JobServer::jobStarted, this,
            [this](const JobRequest &request, const QByteArray &id) {
                if (const auto number = Order::numberOf(request.order))
                    m_ledger.started(*number, id);
            });
    connect(&m_upstream, &JobServer::callbackOmitted, this, [this](const JobRequest &request) {
        if (const auto number = Order::numberOf(request.order))
            m_ledger.silenced(*number);
    });
}

Load::~Load() = default;

void Load::start()
{
    m_time.start();
    m_tick.start(kTick);
    m_look.start(1s);
}

void Load::stop()
{
    m_tick.stop();
    m_stopped = true;
    endWhenQuiet();
}

int Load::from(int least, int most)
{
    return least + static_cast<int>(m_random() % static_cast<std::uint64_t>(most - least + 1));
}

void Load::tick()
{
    const double seconds = static_cast<double>(m_time.restart()) / 1000;
    for (m_due += seconds * m_options.rate; m_due >= 1; m_due -= 1)
        addOrder();
}

Kind Load::randomKind()
{
    int rest = from(0, 99);
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
        rest -= m_options.mix.at(kind);
        if (rest < 0)
            return static_cast<Kind>(kind);
    }
    return Kind::Plain;
}

void Load::addOrder()
{
    Order order;
    order.number = m_lastNumber++;
    order.kind = randomKind();
    order.account = "account-" + QByteArray::number(from(0, m_options.accounts - 1));
    const bool hasKey = order.kind == Kind::Keyed || order.kind == Kind::ComesBack ||
                        (order.isHandedOver() && from(1, 2) == 1);
    if (hasKey)
        order.key = "key-" + QByteArray::number(m_options.seed) + '-' + QByteArray::number(order.number);
    order.isImpatient = hasKey && from(1, 100) <= m_options.impatientPercent;
    m_ledger.expect(order);
    addClient(order, Client::Role::First);
    const bool isJoined = hasKey && order.kind != Kind::Cancels && from(1, 100) <= m_options.joinPercent;
    if (isJoined)
        addClientLater(order, Client::Role::Joins, std::chrono::milliseconds(from(0, 300)));
}

void Load::addClientLater(const Order &order, Client::Role role, std::chrono::milliseconds pause)
{
    m_ledger.expect(order);
    ++m_later;
    QTimer::singleShot(pause, this, [this, order, role] {
        --m_later;
        addClient(order, role);
    });
}

void Load::addClient(const Order &order, Client::Role role)
{
    auto *client = new Client(m_port, order, role, m_random(), m_options.patient, this);
    m_clients.insert(client);
    connect(client, &Client::finished, this,
            [this, client](const Answer &answer) { clientFinished(*client, answer); });
    client->start();
}

void Load::clientFinished(Client &client, const Answer &answer)
{
    const Order &order = client.order();
    const bool hasResult = answer.fate == Answer::Fate::Answered && answer.status == 200;
    if (hasResult && !order.key.isEmpty() && client.role() == Client::Role::First && !m_stopped) {
        if (from(1, 100) <= m_options.repeatPercent)
            addClientLater(order, Client::Role::Repeats, std::chrono::milliseconds(from(0, kRepeatWithinMs)));
        retain(order, answer);
    }
    m_ledger.answered(order, client.role(), answer);
    m_retries += static_cast<std::uint64_t>(client.retries());
    m_clients.erase(&client);
    client.deleteLater();
    endWhenQuiet();
}

void Load::retain(const Order &order, const Answer &answer)
{
    m_recent.emplace_back(order, answer);
    if (m_recent.size() > m_options.recent)
        m_recent.pop_front();
}

int Load::askAgain(int most)
{
    std::shuffle(m_recent.begin(), m_recent.end(), m_random);
    m_recent.resize(std::min(m_recent.size(), static_cast<std::size_t>(most)));
    const auto asked = std::exchange(m_recent, {});
    m_saidQuiet = false;
    for (const auto &[order, answer] : asked) {
        m_ledger.expectAgain(order, answer);
        addClient(order, Client::Role::Repeats);
    }
    endWhenQuiet();
    return static_cast<int>(asked.size());
}

void Load::lookForLost()
{
    // giveUp() removes the client from the set, so the set is copied.
    const std::vector<Client *> clients(m_clients.begin(), m_clients.end());
    for (Client *client : clients) {
        if (client->age() > m_options.patience)
            client->giveUp();
    }
}

void Load::endWhenQuiet()
{
    if (!m_stopped || m_saidQuiet || !m_clients.empty() || m_later > 0)
        return;
    m_saidQuiet = true;
    QMetaObject::invokeMethod(this, &Load::quiet, Qt::QueuedConnection);
}

}  // namespace holdline::soak
