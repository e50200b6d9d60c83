// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobclient/loadgenerator.h"

#include <algorithm>

namespace holdline {

namespace {

QByteArray requestHead(const QUrl &url)
{
    QByteArray path = url.path(QUrl::FullyEncoded).toUtf8();
    if (path.isEmpty())
        path = "/";
    if (url.hasQuery())
        path += '?' + url.query(QUrl::FullyEncoded).toUtf8();
    QByteArray host = url.host(QUrl::FullyEncoded).toUtf8();
    if (host.contains(':'))
        host = '[' + host + ']';
    if (url.port() >= 0)
        host += ':' + QByteArray::number(url.port());
    return "POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: jobclient/" HOLDLINE_VERSION +
           "\r\nAccept: application/json\r\nContent-Type: application/json\r\nContent-Length: ";
}

}  // namespace

LoadGenerator::LoadGenerator(const LoadOptions &options, QObject *parent)
    : QObject(parent),
      m_options(options),
      m_timeouts([this](std::size_t slot) { m_slots[slot].client->giveUp(Failure::Timeout); })
{
    m_report.jobs = options.jobs;
    m_report.concurrency =
        options.concurrency > 0 ? std::min(options.concurrency, options.jobs) : options.jobs;
    m_report.accounts = options.accounts;
    m_report.limit = options.limit;
    m_target.head = requestHead(options.url);
    m_target.port = static_cast<quint16>(options.url.port(80));
    for (int i = 0; i < options.accounts; ++i) {
        const QByteArray suffix = options.accounts > 1 ? '-' + QByteArray::number(i) : QByteArray();
        m_bodies.push_back(blockingRequest(options.account + suffix));
    }
    m_pace.setSingleShot(true);
    m_pace.setTimerType(Qt::PreciseTimer);
    connect(&m_pace, &QTimer::timeout, this, &LoadGenerator::sendDueJobs);
}

LoadGenerator::~LoadGenerator() = default;

void LoadGenerator::start()
{
    // Resolves the host name only once. If thousands of clients did so at the same moment, the run would
    // measure the resolver.
    QHostInfo::lookupHost(m_options.url.host(), this, &LoadGenerator::begin);
}

void LoadGenerator::begin(const QHostInfo &host)
{
    m_target.addresses = host.addresses();
    m_begun = Clock::now();
    if (m_target.addresses.isEmpty()) {
        JobReply reply;
        reply.failure = Failure::ConnectFailed;
        m_report.failed = m_options.jobs;
        m_report.failures[failureName(reply)] = m_options.jobs;
        end();
        return;
    }
    m_slots.reserve(static_cast<std::size_t>(m_report.concurrency));
    m_report.durations.reserve(static_cast<std::size_t>(m_options.jobs));
    m_report.proofs.reserve(static_cast<std::size_t>(m_options.jobs));
    sendDueJobs();
}

TimePoint LoadGenerator::dueTime(int job) const
{
    return m_begun +
           std::chrono::duration_cast<Duration>(std::chrono::duration<double>(job / m_options.rate));
}

void LoadGenerator::sendDueJobs()
{
    const auto most = static_cast<std::size_t>(m_report.concurrency);
    while (m_next < m_options.jobs && (!m_free.empty() || m_slots.size() < most)) {
        const TimePoint now = Clock::now();
        const TimePoint due = m_options.rate > 0 ? dueTime(m_next) : now;
        if (due > now) {
            m_pace.start(std::chrono::ceil<std::chrono::milliseconds>(due - now));
            return;
        }
        const std::size_t slot = freeSlot();
        m_slots[slot].due = due;
        m_timeouts.set(slot, now + m_options.timeout);
        m_slots[slot].client->send(m_bodies[static_cast<std::size_t>(m_next) % m_bodies.size()],
                                   keyOf(m_next));
        ++m_next;
    }
}

QByteArray LoadGenerator::keyOf(int job) const
{
    const QByteArray &prefix = m_options.idempotencyPrefix;
    return prefix.isEmpty() ? QByteArray() : prefix + '-' + QByteArray::number(job);
}

std::size_t LoadGenerator::freeSlot()
{
    if (!m_free.empty()) {
        const std::size_t slot = m_free.back();
        m_free.pop_back();
        return slot;
    }
    const std::size_t slot = m_slots.size();
    m_slots.push_back({std::make_unique<VirtualClient>(m_target), {}});
    connect(m_slots[slot].client.get(), &VirtualClient::finished, this,
            [this, slot](const JobReply &reply) { replied(slot, reply); });
    return slot;
}

void LoadGenerator::replied(std::size_t slot, const JobReply &reply)
{
    const auto duration = Clock::now() - m_slots[slot].due;
    m_timeouts.clear(slot);
    if (reply.status != 0)
        ++m_report.statuses[reply.status];
    if (reply.failure == Failure::None) {
        ++m_report.succeeded;
        m_report.summed += duration;
        m_report.durations.push_back(duration);
        m_report.proofs.push_back(reply.entry);
    } else {
        ++m_report.failed;
        ++m_report.failures[failureName(reply)];
    }
    m_free.push_back(slot);
    Q_EMIT progressed(m_report.done(), m_report.jobs);
    if (m_report.done() == m_report.jobs)
        end();
    else
        sendDueJobs();
}

void LoadGenerator::end()
{
    m_report.total = elapsed();
    for (const Slot &slot : m_slots)
        m_report.connections += slot.client->connections();
    Q_EMIT finished(m_report);
}

}  // namespace holdline
