// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/multipart.h"

#include "core/profile/messageview.h"

namespace holdline::profile {

namespace {

constexpr int kMaxParts = 100;
constexpr qsizetype kMaxBoundary = 70;  // RFC 2046, 5.1.1

/// Returns the value of a header field in the header section of a part.
QByteArrayView partField(QByteArrayView head, QByteArrayView name)
{
    while (!head.isEmpty()) {
        const qsizetype end = head.indexOf("\r\n");
        const QByteArrayView line = end < 0 ? head : head.first(end);
        head = end < 0 ? QByteArrayView() : head.sliced(end + 2);
        const qsizetype colon = line.indexOf(':');
        if (colon > 0 && equalsIgnoreCase(line.first(colon).trimmed(), name))
            return line.sliced(colon + 1).trimmed();
    }
    return {};
}

}  // namespace

std::optional<QByteArray> fieldParameter(QByteArrayView value, QByteArrayView name)
{
    qsizetype at = value.indexOf(';');
    while (at >= 0 && at < value.size()) {
        const QByteArrayView rest = value.sliced(at + 1);
        const qsizetype equals = rest.indexOf('=');
        if (equals < 0)
            return std::nullopt;
        QByteArray text;
        qsizetype i = equals + 1;
        if (i < rest.size() && rest[i] == '"') {
            for (++i; i < rest.size() && rest[i] != '"'; ++i) {
                if (rest[i] == '\\' && i + 1 < rest.size())
                    ++i;
                text += rest[i];
            }
            const qsizetype semicolon = i < rest.size() ? rest.indexOf(';', i) : -1;
            i = semicolon < 0 ? rest.size() : semicolon;
        } else {
            const qsizetype semicolon = rest.indexOf(';', i);
            const qsizetype end = semicolon < 0 ? rest.size() : semicolon;
            text = rest.sliced(i, end - i).trimmed().toByteArray();
            i = end;
        }
        if (equalsIgnoreCase(rest.first(equals).trimmed(), name))
            return text;
        at = at + 1 + i;
    }
    return std::nullopt;
}

FoundPart findPart(QByteArrayView contentType, QByteArrayView body, QByteArrayView name)
{
    FoundPart found;
    found.isMalformed = true;
    const QByteArrayView type = contentType.first(std::max<qsizetype>(contentType.indexOf(';'), 0)).trimmed();
    const auto boundary = fieldParameter(contentType, "boundary");
    if (!equalsIgnoreCase(type, "multipart/form-data") || !boundary || boundary->isEmpty() ||
        boundary->size() > kMaxBoundary)
        return found;
    const QByteArray opening = "--" + *boundary;
    const QByteArray delimiter = "\r\n" + opening;
    qsizetype at = body.startsWith(opening) ? opening.size() : body.indexOf(delimiter);
    if (at < 0)
        return found;
    if (!body.startsWith(opening))
        at += delimiter.size();
    for (int parts = 0; parts <= kMaxParts; ++parts) {
        const QByteArrayView rest = body.sliced(at);
        if (rest.startsWith("--")) {
            found.isMalformed = false;
            return found;
        }
        const qsizetype lineEnd = rest.indexOf("\r\n");
        // Behind a delimiter, only white space may stand on its line.
        if (lineEnd < 0 || !rest.first(lineEnd).trimmed().isEmpty())
            return found;
        const qsizetype start = at + lineEnd + 2;
        const qsizetype end = body.indexOf(delimiter, start - 2);
        const qsizetype headEnd = body.indexOf("\r\n\r\n", start - 2);
        if (end < 0 || headEnd < 0 || headEnd + 4 > end + 2)
            return found;
        const QByteArrayView head = body.sliced(start, std::max<qsizetype>(headEnd - start, 0));
        const QByteArrayView disposition = partField(head, "Content-Disposition");
        if (fieldParameter(disposition, "name") == name) {
            found.twice = found.twice || found.content.has_value();
            if (!found.content)
                found.content = body.sliced(headEnd + 4, std::max<qsizetype>(end - headEnd - 4, 0));
        }
        at = end + delimiter.size();
    }
    return found;
}

}  // namespace holdline::profile
