// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/http/message.h"

#include <QByteArray>
#include <QString>

#include <variant>

namespace holdline::tools {

/// Parts of a request that a saved file may lack, e.g. when it has only the body.
struct RequestParts
{
    QByteArray method;  ///< empty: not given
    QByteArray target;
    http::HeaderFields headers{};
    QByteArray usualTarget{};  ///< of a file without a request line, when `target` is empty
};

/// Reads a request as people save one: a request line, fields, an empty line, and the body, with LF or CRLF.
/// A chunked body is decoded. A file without a request line is a body, and `given` has the rest. `given`
/// counts before the file's own method, target and fields. The error is for people. Pure.
std::variant<http::Request, QString> readSavedRequest(const QByteArray &bytes, const RequestParts &given);

/// Reads a file, or the standard input for "-". At most 16 MiB.
std::variant<QByteArray, QString> readInput(const QString &file);

}  // namespace holdline::tools
