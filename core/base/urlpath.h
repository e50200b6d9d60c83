// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace holdline {

/// Returns the normal form of a URL's path (RFC 3986, 6.2.2.1 and 6.2.2.2). Percent-escapes of unreserved
/// characters are decoded, once. The other escapes are written with upper-case digits. Characters that a path
/// must not contain are escaped. Slashes, escaped slashes and dot segments stay. Equivalent paths have the
/// same normal form (RFC 9110, 4.2.3). Pure.
QByteArray normalPath(QByteArrayView path);

/// Returns the request target with its path in normal form (normalPath()). The query stays as it is. Pure.
QByteArray withNormalPath(QByteArray target);

/// Returns the path without its dot segments `.` and `..` (RFC 3986, 5.2.4), as HTTP clients send it. `path`
/// must be absolute and in normal form. Pure.
QByteArray withoutDotSegments(const QByteArray &path);

/// Returns whether the path ends with a slash and is not "/" itself. The service ignores such a last slash.
/// Pure.
bool hasLastSlash(QByteArrayView path);

/// Returns the request target without the last slash of its path (see hasLastSlash()). The query stays as it
/// is. Pure.
QByteArray withoutLastSlash(QByteArray target);

/// The first segment of a path below a parent path, and the rest of that path after the next slash.
struct SplitPath
{
    QByteArrayView segment;
    QByteArrayView rest;
};

/// Returns the part of `path` below the path `parent`, split after its first segment. Returns nothing when
/// `path` does not lie below `parent`. Pure.
std::optional<SplitPath> splitBelow(QByteArrayView path, QByteArrayView parent);

/// Returns the text after the last slash of a path, or the whole text when it has no slash. Pure.
QByteArrayView lastSegment(QByteArrayView path);

}  // namespace holdline
