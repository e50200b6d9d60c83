// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/routing/ownpaths.h"

#include "core/config/callbackaddress.h"

#include <algorithm>
#include <vector>

namespace holdline {

QByteArray ownPathAbove(const Config &config, QByteArrayView path)
{
    std::vector<QByteArray> own = callbackAddress(config).paths;
    own.insert(own.end(), {"/v1/jobs", "/openapi.json"});
    const auto found = std::find_if(own.begin(), own.end(), [path](const QByteArray &one) {
        return path == one || path.startsWith(one + '/');
    });
    return found == own.end() ? QByteArray() : *found;
}

}  // namespace holdline
