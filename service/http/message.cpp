// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/http/message.h"

#include <algorithm>

namespace holdline::http {

bool equalsIgnoreCase(QByteArrayView a, QByteArrayView b)
{
    // Most different names differ in length or first letter, so this check comes first.
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [lower](char x, char y) { return lower(x) == lower(y); });
}

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
    switch (status) {
        case 100:
            return "Continue";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 402:
            return "Payment Required";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 411:
            return "Length Required";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 421:
            return "Misdirected Request";
        case 422:
            return "Unprocessable Content";
        case 425:
            return "Too Early";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Unknown";
    }
}

}  // namespace holdline::http
