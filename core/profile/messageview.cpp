// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/messageview.h"

#include <algorithm>

namespace holdline::profile {

std::optional<QByteArrayView> headerValue(std::span<const HeaderField> headers, QByteArrayView name)
{
    for (const HeaderField &field : headers) {
        if (equalsIgnoreCase(field.first, name))
            return field.second;
    }
    return std::nullopt;
}

void removeHeader(HeaderFields &headers, QByteArrayView name)
{
    std::erase_if(headers, [name](const HeaderField &field) { return equalsIgnoreCase(field.first, name); });
}

void setHeader(HeaderFields &headers, const QByteArray &name, const QByteArray &value)
{
    removeHeader(headers, name);
    headers.emplace_back(name, value);
}

bool isConnectionField(QByteArrayView name)
{
    static constexpr QByteArrayView kNames[] = {
        "Connection", "Content-Length",    "Expect",  "Host",    "Keep-Alive",       "Proxy-Authorization",
        "TE",         "Transfer-Encoding", "Trailer", "Upgrade", "Proxy-Connection", "Accept-Encoding"};
    return std::any_of(std::begin(kNames), std::end(kNames),
                       [name](QByteArrayView known) { return equalsIgnoreCase(name, known); });
}

}  // namespace holdline::profile
