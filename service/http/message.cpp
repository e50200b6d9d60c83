// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/message.h"

#include <algorithm>
#include <array>

namespace holdline::http {

namespace {

// 200 comes first, because every response searches this table from its front.
constexpr std::array<std::pair<int, QByteArrayView>, 37> kPhrases{{
    {200, "OK"},
    {100, "Continue"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {425, "Too Early"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
}};

}  // namespace

const QByteArray *HeaderFields::find(QByteArrayView name) const
{
    for (const Field &field : m_fields) {
        if (equalsIgnoreCase(field.first, name))
            return &field.second;
    }
    return nullptr;
}

void HeaderFields::set(const QByteArray &name, QByteArray value)
{
    remove(name);
    append(name, std::move(value));
}

void HeaderFields::remove(QByteArrayView name)
{
    std::erase_if(m_fields, [name](const Field &field) { return equalsIgnoreCase(field.first, name); });
}

QByteArray HeaderFields::value(QByteArrayView name) const
{
    const QByteArray *found = find(name);
    return found ? *found : QByteArray();
}

std::optional<QByteArray> HeaderFields::combined(QByteArrayView name) const
{
    std::optional<QByteArray> all;
    for (const Field &field : m_fields) {
        if (!equalsIgnoreCase(field.first, name))
            continue;
        if (all)
            *all += ", " + field.second;
        else
            all = field.second;
    }
    return all;
}

QByteArrayView Request::path() const
{
    const qsizetype query = target.indexOf('?');
    return QByteArrayView(target).first(query < 0 ? target.size() : query);
}

QByteArrayView reasonPhrase(int status)
{
    const auto found = std::find_if(kPhrases.begin(), kPhrases.end(),
                                    [status](const auto &known) { return known.first == status; });
    return found == kPhrases.end() ? QByteArrayView("Unknown") : found->second;
}

}  // namespace holdline::http
