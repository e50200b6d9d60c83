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
    QByteArray usualTarget{};  ///< the target when neither `target` nor the file has one
};

/// Parses a request that somebody saved in a file: a request line, header fields, an empty line and the body.
/// Lines end with LF or CRLF. A chunked body is decoded. A file without a request line contains only the
/// body. The method, target and fields in `given` replace those of the file. Returns an error text for people
/// on failure. Pure.
std::variant<http::Request, QString> readSavedRequest(const QByteArray &bytes, const RequestParts &given);

/// Reads a file, or the standard input for "-". At most 16 MiB.
std::variant<QByteArray, QString> readInput(const QString &file);

}  // namespace holdline::tools
