// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/config/config.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QStringView>

#include <chrono>

namespace holdline {

/// Builds one log line, as logfmt (`key=value key="two words"`) or as a JSON object. Fields are in the order
/// of the calls. Whatever the texts contain, the result is one line of valid UTF-8 without control characters
/// and of bounded length. So bytes from outside can neither forge a log line nor control a terminal. Keys
/// must consist of letters, digits, `_` and `.`.
class LogLine
{
public:
    /// The longest text in bytes, including escapes. A longer text is cut, and `…` is appended.
    static constexpr qsizetype kMaxTextBytes = 256;

    explicit LogLine(LogFormat format) : m_format(format) {}

    void add(QByteArrayView key, QStringView text, qsizetype maxBytes = kMaxTextBytes);
    /// `text` is UTF-8. Invalid bytes become U+FFFD.
    void add(QByteArrayView key, QByteArrayView text, qsizetype maxBytes = kMaxTextBytes);
    void add(QByteArrayView key, QLatin1StringView text) { add(key, QByteArrayView(text)); }
    void add(QByteArrayView key, std::int64_t number);
    /// Writes the duration in milliseconds with three decimals.
    void add(QByteArrayView key, Duration duration);
    /// Writes the time in UTC as RFC 3339 with milliseconds.
    void add(QByteArrayView key, std::chrono::system_clock::time_point at);

    /// Returns the line with its line end. Call it once, as the last function.
    QByteArray finish();

private:
    void key(QByteArrayView key);

    LogFormat m_format;
    QByteArray m_line;
};

}  // namespace holdline
