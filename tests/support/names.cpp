// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/names.h"

#include <map>
#include <mutex>

#include <dlfcn.h>
#include <netdb.h>

namespace holdline::test {

namespace {

struct Names
{
    std::mutex mutex;
    std::map<QByteArray, QByteArrayList> addresses;
};

Names &names()
{
    static Names all;
    return all;
}

QByteArrayList addressesOf(const char *name)
{
    const std::lock_guard lock(names().mutex);
    const auto it = name ? names().addresses.find(name) : names().addresses.end();
    return it == names().addresses.end() ? QByteArrayList() : it->second;
}

}  // namespace

HostName::HostName(const char *name, const QByteArrayList &addresses) : m_name(name)
{
    const std::lock_guard lock(names().mutex);
    names().addresses[m_name] = addresses;
}

HostName::~HostName()
{
    const std::lock_guard lock(names().mutex);
    names().addresses.erase(m_name);
}

}  // namespace holdline::test

/// Replaces getaddrinfo() of the C library for this program and its libraries, including Qt.
extern "C" int getaddrinfo(const char *name, const char *service, const addrinfo *hints, addrinfo **result)
{
    using Function = int (*)(const char *, const char *, const addrinfo *, addrinfo **);
    static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    const QByteArrayList addresses = holdline::test::addressesOf(name);
    if (addresses.isEmpty())
        return real(name, service, hints, result);
    addrinfo numeric = hints ? *hints : addrinfo{};
    // The addresses are numeric, so the address families of this machine's interfaces do not matter.
    numeric.ai_flags = (numeric.ai_flags | AI_NUMERICHOST) & ~AI_ADDRCONFIG;
    addrinfo **end = result;
    *result = nullptr;
    for (const QByteArray &address : addresses) {
        const int error = real(address.constData(), service, &numeric, end);
        if (error != 0) {
            *end = nullptr;
            // The address may belong to another family than the requested one.
            if (error == EAI_ADDRFAMILY || error == EAI_NONAME)
                continue;
            return error;
        }
        while (*end)
            end = &(*end)->ai_next;
    }
    return *result ? 0 : EAI_NONAME;
}
