// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/httpvalues/fieldlist.h"

#include <algorithm>

namespace holdline {

QByteArrayView unquoted(QByteArrayView value)
{
    const bool isQuoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    return isQuoted ? value.sliced(1, value.size() - 2) : value;
}

QByteArrayView takeMember(QByteArrayView &rest)
{
    bool quoted = false;
    qsizetype end = 0;
    for (; end < rest.size(); ++end) {
        if (quoted && rest[end] == '\\')
            ++end;
        else if (rest[end] == '"')
            quoted = !quoted;
        else if (rest[end] == ',' && !quoted)
            break;
    }
    end = std::min(end, rest.size());
    const QByteArrayView member = rest.first(end);
    rest = rest.sliced(std::min(end + 1, rest.size()));
    return member;
}

}  // namespace holdline
