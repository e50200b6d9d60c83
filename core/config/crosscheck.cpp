// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/crosscheck.h"

#include "core/config/callbackaddress.h"
#include "core/config/values.h"

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// Returns whether `a` has the same host as `b`, or a wildcard host that includes the host of `b`.
bool includes(const ListenAddress &a, const ListenAddress &b)
{
    return a.host == b.host || a.host == "::"_L1 || (a.host == "0.0.0.0"_L1 && !b.host.contains(u':'));
}

/// Returns whether the system would not let a process listen on both addresses.
bool overlap(const ListenAddress &a, const ListenAddress &b)
{
    return a.port != 0 && a.port == b.port && (includes(a, b) || includes(b, a));
}

/// Returns whether an address of one list overlaps an address of the other list.
bool overlap(const std::vector<ListenAddress> &some, const std::vector<ListenAddress> &others)
{
    return std::any_of(some.begin(), some.end(), [&others](const ListenAddress &one) {
        return std::any_of(others.begin(), others.end(),
                           [&one](const ListenAddress &other) { return overlap(one, other); });
    });
}

/// Returns two addresses of the list that overlap, as a text for people. Empty when no two overlap.
QString overlapIn(const std::vector<ListenAddress> &all)
{
    for (auto one = all.begin(); one != all.end(); ++one) {
        for (auto other = all.begin(); other != one; ++other) {
            if (overlap(*one, *other))
                return u"%1 and %2"_s.arg(formatListenAddress(*other), formatListenAddress(*one));
        }
    }
    return {};
}

/// Returns whether the upstream is this service itself, which would then send start requests to itself.
bool isOurselves(const QUrl &upstream, const std::vector<ListenAddress> &addresses)
{
    const int port = upstream.port(upstream.scheme() == "https"_L1 ? 443 : 80);
    const QString host = upstream.host() == "localhost"_L1 ? u"127.0.0.1"_s : upstream.host();
    return std::any_of(addresses.begin(), addresses.end(), [&](const ListenAddress &listen) {
        return listen.port != 0 && port == listen.port &&
               (host == listen.host || (isOnThisMachine(upstream) && listen.isEveryAddress()));
    });
}

}  // namespace

std::vector<Conflict> findConflicts(const Config &config)
{
    std::vector<Conflict> found;
    const auto check = [&found](bool right, std::vector<QString> keys, const QString &text) {
        if (!right)
            found.push_back({std::move(keys), text});
    };
    const auto &server = config.server;
    // With a wildcard address, an upstream on this machine can use loopback. Others need a callback URL.
    const ListenAddress &forCallbacks = server.listen[callbackListener(config)];
    check(
        !forCallbacks.isEveryAddress() || !server.callbackUrl.isEmpty() ||
            isOnThisMachine(config.upstream.url),
        {u"server.callback_url"_s, u"server.listen"_s},
        u"listening on every address (%1), the address the upstream can reach is not known; set the callback URL (CALLBACK_URL or --callback-url), such as http://this-machine.example:%2/callback"_s
            .arg(formatListenAddress(forCallbacks))
            .arg(forCallbacks.port));
    for (const auto &[key, addresses] : {std::pair(u"server.listen"_s, &server.listen),
                                         std::pair(u"server.admin_listen"_s, &server.adminListen)}) {
        const QString both = overlapIn(*addresses);
        check(both.isEmpty(), {key},
              u"%1 are the same address to the system, or one includes the other; leave one out"_s.arg(both));
    }
    check(!overlap(server.listen, server.adminListen), {u"server.admin_listen"_s, u"server.listen"_s},
          u"both listen on the same address; choose two ports"_s);
    check(!isOurselves(config.upstream.url, server.listen), {u"upstream.url"_s, u"server.listen"_s},
          u"the upstream is this service itself; set the job server's URL"_s);
    const auto &upstream = config.upstream;
    check(upstream.clientCertificate.isEmpty() == upstream.clientKey.isEmpty(),
          {upstream.clientKey.isEmpty() ? u"upstream.client_key"_s : u"upstream.client_certificate"_s},
          u"a certificate and its key belong together; set both, or neither"_s);
    check(upstream.transport == UpstreamTransport::Pooled ||
              (upstream.caFile.isEmpty() && upstream.clientCertificate.isEmpty()),
          {u"upstream.transport"_s,
           upstream.caFile.isEmpty() ? u"upstream.client_certificate"_s : u"upstream.ca_file"_s},
          u"Qt's manager does not use these files; choose pooled"_s);
    check(upstream.proxy.isEmpty() ||
              (upstream.transport == UpstreamTransport::Pooled && upstream.url.scheme() == "https"_L1),
          {u"upstream.proxy"_s, u"upstream.url"_s, u"upstream.transport"_s},
          u"a proxy is used for an https upstream and pooled connections only"_s);
    check(config.hold.deadline <= config.hold.maxDeadline, {u"hold.deadline"_s, u"hold.max_deadline"_s},
          u"the deadline (%1) must not be longer than the longest one (%2)"_s.arg(
              formatDuration(config.hold.deadline), formatDuration(config.hold.maxDeadline)));
    check(config.retry.baseDelay <= config.retry.maxDelay, {u"retry.base_delay"_s, u"retry.max_delay"_s},
          u"the first delay (%1) must not be longer than the longest one (%2)"_s.arg(
              formatDuration(config.retry.baseDelay), formatDuration(config.retry.maxDelay)));
    check(config.lanes.startsPerAccount <= config.lanes.startsInFlight,
          {u"lanes.starts_per_account"_s, u"lanes.starts_in_flight"_s},
          u"one account's starts (%1) must not be more than those of all (%2)"_s
              .arg(config.lanes.startsPerAccount)
              .arg(config.lanes.startsInFlight));
    check(config.limits.targetBytes < config.limits.headBytes,
          {u"limits.target_bytes"_s, u"limits.head_bytes"_s},
          u"the request target (%1) is part of the head and must be smaller than it (%2)"_s.arg(
              formatSize(config.limits.targetBytes), formatSize(config.limits.headBytes)));
    check(config.limits.memory == 0 || config.limits.memory >= 2 * config.limits.bodyBytes,
          {u"limits.memory"_s, u"limits.body_bytes"_s},
          u"the memory for bodies (%1) must hold two of the largest size (%2)"_s.arg(
              formatSize(config.limits.memory), formatSize(config.limits.bodyBytes)));
    return found;
}

}  // namespace holdline
