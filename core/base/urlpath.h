// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace holdline {

/// The normal form of a URL's path (RFC 3986, 6.2.2.1 and 6.2.2.2). It decodes the escapes of unreserved
/// characters, writes the other escapes in upper case, and escapes what a path may have in escaped form only.
/// Equivalent paths have the same normal form (RFC 9110, 4.2.3). It decodes once, and it keeps slashes,
/// escaped slashes and dot segments. Pure.
QByteArray normalPath(QByteArrayView path);

/// A request target with its path in normal form. The query stays as it is.
QByteArray withNormalPath(QByteArray target);

/// The path without its dot segments (RFC 3986, 5.2.4). `path` is absolute and in normal form. HTTP clients
/// resolve dot segments before they send a request. Pure.
QByteArray withoutDotSegments(const QByteArray &path);

/// True for a path with one slash more at its end, which does not matter to the service. Pure.
bool hasLastSlash(QByteArrayView path);

/// A request target without the slash of hasLastSlash(). Pure.
QByteArray withoutLastSlash(QByteArray target);

/// A segment of a path, and what follows it, without the slash between them.
struct SplitPath
{
    QByteArrayView segment;
    QByteArrayView rest;
};

/// Splits `path` behind the first segment below `parent`. Empty when it is not below. Pure.
std::optional<SplitPath> splitBelow(QByteArrayView path, QByteArrayView parent);

/// The text behind the last slash of a path. The whole text when it has none. Pure.
QByteArrayView lastSegment(QByteArrayView path);

}  // namespace holdline
