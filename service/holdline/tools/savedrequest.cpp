// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/tools/savedrequest.h"

#include "core/base/urlpath.h"
#include "core/config/suggest.h"
#include "core/httpvalues/grammar.h"
#include "service/http/headrules.h"
#include "service/http/requestline.h"

#include <QFile>

#include <algorithm>
#include <cstdio>
#include <optional>

namespace holdline::tools {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kMaxBytes = 16 * 1024 * 1024;

/// Removes the first line from `rest` and returns it. Returns nothing when `rest` is empty.
std::optional<QByteArrayView> takeLine(QByteArrayView &rest)
{
    if (rest.isEmpty())
        return std::nullopt;
    const qsizetype end = rest.indexOf('\n');
    QByteArrayView line = end < 0 ? rest : rest.first(end);
    rest = end < 0 ? QByteArrayView() : rest.sliced(end + 1);
    if (line.endsWith('\r'))
        line.chop(1);
    return line;
}

/// Reads a line such as `POST /path HTTP/1.1`; the version may be missing. Returns false for any other line.
bool readRequestLine(QByteArrayView line, http::Request &request)
{
    const qsizetype space = line.indexOf(' ');
    if (space < 1 || http::tokenLength(line) != space)
        return false;
    QByteArrayView target = line.sliced(space + 1).trimmed();
    if (const qsizetype version = target.indexOf(" HTTP/"); version >= 0)
        target = target.first(version).trimmed();
    const bool isMethod = line.first(space).toByteArray().toUpper() == line.first(space);
    const auto form = http::RequestLine::normalise(line.first(space), target);
    if (!isMethod || !form || !form->origin.startsWith('/') || target.contains(' '))
        return false;
    request.method = line.first(space).toByteArray();
    request.target = form->origin;
    return true;
}

/// Reads the header fields, and leaves the body in `rest`. Returns an error text for people, empty on
/// success.
QString readFields(QByteArrayView &rest, http::Request &request)
{
    while (const auto line = takeLine(rest)) {
        if (line->isEmpty())
            return {};
        const qsizetype colon = line->indexOf(':');
        if (colon < 1 || http::tokenLength(*line) != colon)
            return u"this line is no header field: %1"_s.arg(quoted(QString::fromUtf8(*line)));
        const QByteArrayView value = http::trimOws(line->sliced(colon + 1));
        if (!http::isFieldValue(value))
            return u"the field %1 has a character that a field cannot have"_s.arg(
                QString::fromLatin1(line->first(colon)));
        request.headers.append(line->first(colon).toByteArray(), value.toByteArray());
    }
    return {};
}

/// Decodes a body that was saved in chunks (RFC 9112, 7.1) into `body`. Lines of the framing may end with LF
/// alone, because an editor may have removed the CR. Returns an error text for people, or an empty text on
/// success.
QString readChunks(QByteArrayView rest, QByteArray &body)
{
    const QString cut =
        u"the chunked body ends too early, or is no chunked body: save it as it came, or save the "
        u"decoded body without Transfer-Encoding"_s;
    while (const auto line = takeLine(rest)) {
        const qsizetype semicolon = line->indexOf(';');
        const QByteArrayView digits = http::trimOws(semicolon < 0 ? *line : line->first(semicolon));
        bool isSize = false;
        const qlonglong size = digits.toByteArray().toLongLong(&isSize, 16);
        if (!isSize || digits.startsWith('-') || digits.startsWith('+') || size > rest.size())
            return cut;
        // The last chunk. Trailer fields after it are ignored.
        if (size == 0)
            return {};
        body += rest.first(size);
        rest = rest.sliced(size);
        const auto end = takeLine(rest);
        if (!end || !end->isEmpty())
            return cut;
    }
    return cut;
}

bool isLineBreaks(QByteArrayView text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; });
}

bool isForm(const http::Request &request)
{
    return request.headers.value("Content-Type").toLower().startsWith("application/x-www-form-urlencoded");
}

}  // namespace

std::variant<http::Request, QString> readSavedRequest(const QByteArray &bytes, const RequestParts &given)
{
    http::Request request;
    QByteArrayView rest = bytes;
    QByteArrayView afterLine = bytes;
    // An editor may have put a byte order mark before the text, and people may have put empty lines there.
    if (afterLine.startsWith("\xEF\xBB\xBF"))
        afterLine = afterLine.sliced(3);
    auto line = takeLine(afterLine);
    while (line && line->isEmpty())
        line = takeLine(afterLine);
    if (line && readRequestLine(*line, request)) {
        rest = afterLine;
        if (const QString error = readFields(rest, request); !error.isEmpty())
            return error;
    } else if (line && (line->startsWith("HTTP/") || line->contains(" HTTP/1."))) {
        return u"its first line is no request line such as POST /path HTTP/1.1: %1"_s.arg(
            quoted(QString::fromUtf8(line->first(std::min<qsizetype>(line->size(), 200)))));
    }
    const auto coding = request.headers.combined("Transfer-Encoding");
    const auto length = request.headers.combined("Content-Length");
    if (coding && length)
        return u"Content-Length and Transfer-Encoding exclude each other"_s;
    if (coding && coding->trimmed().toLower() != "chunked")
        return u"the Transfer-Encoding is %1, and only chunked is read"_s.arg(
            quoted(oneLine(QString::fromUtf8(coding->left(80)), 40)));
    QByteArray unchunked;
    if (coding) {
        if (const QString error = readChunks(rest, unchunked); !error.isEmpty())
            return error;
        rest = unchunked;
    } else if (length) {
        const auto count = http::parseContentLength(*length);
        if (!count || *count > rest.size() || !isLineBreaks(rest.sliced(*count)))
            return u"the body has %1 bytes, and its Content-Length is %2: correct that field, or leave it "
                   "out"_s.arg(rest.size())
                       .arg(QString::fromLatin1(length->left(20)));
        rest = rest.first(*count);
    } else if (isForm(request)) {
        // A form contains no line breaks, but editors add one at the end of a file.
        while (rest.endsWith('\n') || rest.endsWith('\r'))
            rest.chop(1);
    }
    request.body = rest.toByteArray();
    if (request.target.isEmpty())
        request.target = given.usualTarget;
    if (!given.method.isEmpty())
        request.method = given.method;
    if (!given.target.isEmpty())
        request.target = given.target;
    for (const auto &[name, value] : given.headers)
        request.headers.remove(name);
    for (const auto &[name, value] : given.headers)
        request.headers.append(name, value);
    if (request.method.isEmpty())
        request.method = "POST";
    if (!request.target.startsWith('/'))
        return u"the path of the request is wanted: a request line such as POST /path HTTP/1.1, or --path"_s;
    request.target = withNormalPath(request.target);
    http::removeConnectionFields(request.headers);
    request.requestId = "explained";
    request.peer = "127.0.0.1:50000";
    return request;
}

std::variant<QByteArray, QString> readInput(const QString &name)
{
    QFile file(name);
    const bool isOpen =
        name == "-"_L1 ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!isOpen)
        return u"%1 cannot be read: %2"_s.arg(quoted(name), file.errorString());
    QByteArray bytes;
    while (bytes.size() <= kMaxBytes) {
        const QByteArray more = file.read(kMaxBytes + 1 - bytes.size());
        if (more.isEmpty())
            return bytes;
        bytes += more;
    }
    return u"%1 is larger than 16 MiB"_s.arg(quoted(name));
}

}  // namespace holdline::tools
