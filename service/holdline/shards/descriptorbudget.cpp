// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/shards/descriptorbudget.h"

#include <algorithm>

namespace holdline {

namespace {

/// Descriptors that the process needs for itself: standard streams, listening sockets, the event loop,
/// libraries, and the monitor socket with its observers.
constexpr int kOwnDescriptors = 48 + 20;
/// Further descriptors for each thread after the first: event loop, mailbox, listening socket, and the
/// rounding up of its share.
constexpr int kThreadDescriptors = 8;
constexpr int kAdminConnections = 64;
/// At least this many descriptors are divided, also under a smaller limit.
constexpr int kLeastAvailable = 16;

}  // namespace

DescriptorBudget shareDescriptors(const Config &config, int limit, int threads)
{
    const auto &server = config.server;
    // kOwnDescriptors already contains the first address of each listener.
    const auto more = static_cast<int>(server.listen.size() - 1) * threads +
                      static_cast<int>(server.adminListen.empty() ? 0 : server.adminListen.size() - 1);
    const int own = kOwnDescriptors + (threads - 1) * kThreadDescriptors + more;
    const int available = std::max(limit - own, kLeastAvailable);
    DescriptorBudget budget;
    budget.suffices = threads == 1 || limit - own >= kLeastAvailable;
    budget.admin = std::clamp(available / 16, 1, kAdminConnections);
    budget.callbacks = std::min(config.limits.callbackConnections, std::max(available / 8, 1));
    budget.upstream = std::min(config.upstream.connections, std::max(available / 8, 1));
    const int rest = available - budget.admin - budget.callbacks - budget.upstream;
    budget.clients = std::clamp(rest, 1, config.limits.connections);
    budget.shrunk = budget.clients < config.limits.connections ||
                    budget.upstream < config.upstream.connections ||
                    budget.callbacks < config.limits.callbackConnections;
    return budget;
}

}  // namespace holdline
