// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/urlpath.h"

#include "core/base/ascii.h"

#include <QList>

#include <array>
#include <string_view>

namespace holdline {

namespace {

enum class Kind : unsigned char { Other, Reserved, Unreserved };

constexpr std::array<Kind, 256> kKinds = [] {
    // The reserved characters that a path may contain without an escape, including the slash (RFC 3986, 3.3).
    constexpr std::string_view kInPaths = "!$&'()*+,;=:@/";
    std::array<Kind, 256> kinds{};
    for (unsigned c = 0; c < kinds.size(); ++c) {
        const bool isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (isLetter || isDigit(static_cast<int>(c)) || c == '-' || c == '.' || c == '_' || c == '~')
            kinds[c] = Kind::Unreserved;
        else if (c < 0x80 && kInPaths.find(static_cast<char>(c)) != std::string_view::npos)
            kinds[c] = Kind::Reserved;
    }
    return kinds;
}();

Kind kindOf(unsigned char c)
{
    return kKinds[c];
}

void appendEscape(QByteArray &out, unsigned char c)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    out.append('%');
    out.append(kDigits[c >> 4]);
    out.append(kDigits[c & 0xf]);
}

/// Returns the byte of the percent-escape at index `at`; -1 when there is no escape.
int escapedByte(QByteArrayView path, qsizetype at)
{
    if (path[at] != '%' || at + 2 >= path.size())
        return -1;
    const int high = hexValue(path[at + 1]);
    const int low = hexValue(path[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Returns how many leading bytes are in normal form without an escape.
qsizetype plainLength(QByteArrayView path)
{
    qsizetype length = 0;
    while (length < path.size() && kindOf(static_cast<unsigned char>(path[length])) != Kind::Other)
        ++length;
    return length;
}

}  // namespace

QByteArray normalPath(QByteArrayView path)
{
    qsizetype at = plainLength(path);
    QByteArray out = path.first(at).toByteArray();
    for (; at < path.size(); ++at) {
        const int escaped = escapedByte(path, at);
        const auto byte = static_cast<unsigned char>(escaped < 0 ? path[at] : escaped);
        const Kind kind = kindOf(byte);
        // A reserved character and its escape mean different things, so neither replaces the other.
        if (kind == Kind::Unreserved || (kind == Kind::Reserved && escaped < 0))
            out.append(static_cast<char>(byte));
        else
            appendEscape(out, byte);
        at += escaped < 0 ? 0 : 2;
    }
    return out;
}

QByteArray withNormalPath(QByteArray target)
{
    const qsizetype mark = target.indexOf('?');
    const QByteArrayView path = QByteArrayView(target).first(mark < 0 ? target.size() : mark);
    if (plainLength(path) == path.size())
        return target;  // the usual case needs no copy
    return normalPath(path) + target.sliced(path.size());
}

QByteArray withoutDotSegments(const QByteArray &path)
{
    QList<QByteArray> segments = path.split('/');
    segments.removeFirst();  // the empty text before the first slash
    QList<QByteArray> kept;
    for (qsizetype i = 0; i < segments.size(); ++i) {
        const bool isDots = segments[i] == "." || segments[i] == "..";
        if (segments[i] == ".." && !kept.isEmpty())
            kept.removeLast();
        // A dot segment at the end is replaced by an empty segment: "/a/." becomes "/a/".
        if (!isDots || i + 1 == segments.size())
            kept.append(isDots ? QByteArray() : segments[i]);
    }
    return '/' + kept.join('/');
}

bool hasLastSlash(QByteArrayView path)
{
    return path.size() > 1 && path.endsWith('/');
}

QByteArray withoutLastSlash(QByteArray target)
{
    const qsizetype mark = target.indexOf('?');
    const qsizetype end = mark < 0 ? target.size() : mark;
    if (hasLastSlash(QByteArrayView(target).first(end)))
        target.remove(end - 1, 1);
    return target;
}

std::optional<SplitPath> splitBelow(QByteArrayView path, QByteArrayView parent)
{
    if (!path.startsWith(parent) || !path.sliced(parent.size()).startsWith('/'))
        return std::nullopt;
    const QByteArrayView below = path.sliced(parent.size() + 1);
    const qsizetype slash = below.indexOf('/');
    return slash < 0 ? SplitPath{below, {}} : SplitPath{below.first(slash), below.sliced(slash + 1)};
}

QByteArrayView lastSegment(QByteArrayView path)
{
    // QByteArrayView::lastIndexOf() of Qt 6.8 reads before the beginning of an empty view.
    return path.isEmpty() ? path : path.sliced(path.lastIndexOf('/') + 1);
}

}  // namespace holdline
