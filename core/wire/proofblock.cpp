// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/wire/proofblock.h"

#include <QList>

#include <simdjson.h>
#include <zlib.h>

#include <algorithm>
#include <optional>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

// Tells zlib to write and to expect a gzip header instead of its own.
constexpr int kGzipWindowBits = 15 + 16;
constexpr qsizetype kChunk = 64 * 1024;

using Unpacked = std::variant<QByteArray, QString>;

QByteArray gzip(QByteArray plain)
{
    z_stream stream{};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return {};
    QByteArray packed(static_cast<qsizetype>(deflateBound(&stream, static_cast<uLong>(plain.size()))),
                      Qt::Uninitialized);
    stream.next_in = reinterpret_cast<Bytef *>(plain.data());
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef *>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);  // deflateBound() makes sure that one call is enough
    packed.truncate(static_cast<qsizetype>(stream.total_out));
    deflateEnd(&stream);
    return packed;
}

Unpacked gunzip(QByteArray packed, qsizetype maxBytes)
{
    z_stream stream{};
    if (inflateInit2(&stream, kGzipWindowBits) != Z_OK)
        return u"out of memory"_s;
    stream.next_in = reinterpret_cast<Bytef *>(packed.data());
    stream.avail_in = static_cast<uInt>(packed.size());

    QByteArray plain;
    int status = Z_OK;
    while (status == Z_OK && plain.size() <= maxBytes) {
        const qsizetype used = plain.size();
        plain.resize(std::min(used + kChunk, maxBytes + 1));
        stream.next_out = reinterpret_cast<Bytef *>(plain.data() + used);
        stream.avail_out = static_cast<uInt>(plain.size() - used);
        status = inflate(&stream, Z_NO_FLUSH);
        plain.truncate(plain.size() - static_cast<qsizetype>(stream.avail_out));
    }
    const bool trailing = stream.avail_in > 0;
    inflateEnd(&stream);

    if (plain.size() > maxBytes)
        return u"it unpacks to more than %1 bytes"_s.arg(maxBytes);
    if (status == Z_BUF_ERROR)
        return u"the gzip data are cut off"_s;
    if (status != Z_STREAM_END)
        return u"the gzip data are damaged"_s;
    if (trailing)
        return u"something follows the gzip data"_s;
    return plain;
}

std::optional<QByteArray> stringIn(const simdjson::dom::element &element)
{
    std::string_view text;
    if (element.get_string().get(text) != simdjson::SUCCESS)
        return std::nullopt;
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

std::optional<ProofEntry> entryIn(const simdjson::dom::element &element)
{
    simdjson::dom::array parts;
    if (element.get_array().get(parts) != simdjson::SUCCESS || parts.size() != 3)
        return std::nullopt;
    const auto id = stringIn(parts.at(0).value_unsafe());
    const auto startedAt = stringIn(parts.at(1).value_unsafe());
    const auto proof = stringIn(parts.at(2).value_unsafe());
    if (!id || !startedAt || !proof)
        return std::nullopt;
    return ProofEntry{*id, *startedAt, *proof};
}

std::variant<ProofEntries, QString> parseEntries(const QByteArray &json, std::size_t maxEntries)
{
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    const auto size = static_cast<std::size_t>(json.size());
    if (const auto error = parser.parse(json.constData(), size).get(root); error != simdjson::SUCCESS)
        return u"the JSON is not valid: %1"_s.arg(QLatin1StringView(simdjson::error_message(error)));
    simdjson::dom::array list;
    if (root.get_array().get(list) != simdjson::SUCCESS)
        return u"the JSON is not an array"_s;

    ProofEntries entries;
    for (const simdjson::dom::element element : list) {
        if (entries.size() == maxEntries)
            return u"it holds more than %1 entries"_s.arg(maxEntries);
        auto entry = entryIn(element);
        if (!entry)
            return u"entry %1 is not an array of three strings"_s.arg(entries.size() + 1);
        entries.push_back(std::move(*entry));
    }
    return entries;
}

}  // namespace

QByteArray encodeProofBlock(const ProofEntries &entries)
{
    QByteArray json;
    json.reserve(static_cast<qsizetype>(entries.size()) * 96 + 2);
    json += '[';
    for (const ProofEntry &entry : entries) {
        if (json.size() > 1)
            json += ',';
        json += "[\"" + entry.id + "\",\"" + entry.startedAt + "\",\"" + entry.proof + "\"]";
    }
    json += ']';
    return gzip(std::move(json)).toBase64();
}

std::variant<ProofEntries, QString> decodeProofBlock(const QByteArray &block, const ProofBlockLimits &limits)
{
    QByteArray base64 = block;
    base64.removeIf([](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
    if (base64.isEmpty())
        return u"there is no proof block"_s;
    auto decoded = QByteArray::fromBase64Encoding(std::move(base64), QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded)
        return u"it is not base64"_s;

    const Unpacked unpacked = gunzip(std::move(decoded.decoded), limits.maxJsonBytes);
    if (const auto *error = std::get_if<QString>(&unpacked))
        return *error;
    return parseEntries(std::get<QByteArray>(unpacked), limits.maxEntries);
}

QByteArray findProofBlock(const QByteArray &text)
{
    QByteArray block;
    for (const QByteArray &line : text.split('\n')) {
        const QByteArray trimmed = line.trimmed();
        if (trimmed == "Proof :")
            block.clear();
        else if (!trimmed.startsWith("```"))
            block += line + '\n';
    }
    return block;
}

}  // namespace holdline
