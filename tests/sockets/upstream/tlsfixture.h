// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/httpclient/pooloptions.h"
#include "tests/support/scriptedserver.h"
#include "tests/support/tlscertificates.h"
#include "tests/support/tlsserver.h"

#include <memory>

namespace holdline::test {

/// Returns the certificate authority of these tests. It is made once, because generating keys takes time.
inline TlsAuthority &authority()
{
    static TlsAuthority made;
    return made;
}

/// Returns a certificate for this machine.
inline const TlsIdentity &localIdentity()
{
    static const TlsIdentity made = authority().issue();
    return made;
}

/// A ScriptedServer that uses TLS.
struct TlsScriptedServer : ScriptedServer
{
    explicit TlsScriptedServer(const TlsIdentity &identity = localIdentity(),
                               const TlsServer::Options &options = {})
        : tls(std::make_shared<TlsServer>(identity, options))
    {
        setTls(tls);
    }
    const std::shared_ptr<TlsServer> tls;
};

/// Returns options of a pool that trusts authority().
inline PoolOptions trusting(PoolOptions options = {})
{
    options.tls.authorities = authority().file();
    return options;
}

}  // namespace holdline::test
