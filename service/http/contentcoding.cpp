// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/contentcoding.h"

#include "core/httpvalues/grammar.h"

namespace holdline::http {

bool hasContentCoding(const HeaderFields &headers)
{
    const auto codings = headers.combined("Content-Encoding");
    bool found = false;
    if (codings) {
        forEachListElement(*codings, [&found](QByteArrayView coding) {
            found = found || (!coding.isEmpty() && !equalsIgnoreCase(coding, "identity"));
        });
    }
    return found;
}

QString contentCodingDetail()
{
    return QStringLiteral(
        "The body has a content coding (Content-Encoding). Only bodies without one are read. Send it as it "
        "is.");
}

}  // namespace holdline::http
