// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/proof/proofblock.h"

#include "core/json/jsontext.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <zlib.h>

#include <algorithm>
#include <optional>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

// The window size of zlib. Adding 16 selects the gzip format instead of the zlib format.
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
    deflate(&stream, Z_FINISH);  // one call is enough, because `packed` has the size of deflateBound()
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

std::optional<ProofEntry> entryIn(const QJsonValue &value)
{
    const QJsonArray parts = value.toArray();
    if (parts.size() != 3 || !parts.at(0).isString() || !parts.at(1).isString() || !parts.at(2).isString())
        return std::nullopt;
    return ProofEntry{parts.at(0).toString().toUtf8(), parts.at(1).toString().toUtf8(),
                      parts.at(2).toString().toUtf8()};
}

std::variant<ProofEntries, QString> parseEntries(const QByteArray &json, std::size_t maxEntries)
{
    // QJsonDocument accepts some invalid texts, so scanJson() checks the text first.
    const auto scanned = scanJson(json);
    if (const auto *error = std::get_if<JsonError>(&scanned))
        return u"the JSON is not valid, "_s + error->toString();
    if (std::get<JsonType>(scanned) != JsonType::Array)
        return u"the JSON is not an array"_s;

    ProofEntries entries;
    const QJsonArray list = QJsonDocument::fromJson(json).array();
    for (const QJsonValue value : list) {
        if (entries.size() == maxEntries)
            return u"it holds more than %1 entries"_s.arg(maxEntries);
        auto entry = entryIn(value);
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
