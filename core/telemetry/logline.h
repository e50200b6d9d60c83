// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/config/config.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QStringView>

#include <chrono>

namespace holdline {

/// Builds one log line, logfmt (`key=value key="two words"`) or a JSON object, in the order of the calls.
/// Whatever a text holds, the result is one line of valid UTF-8 without control characters and of bounded
/// length: nothing from outside can forge a line or speak to a terminal. Keys are ours: letters, digits, `_`
/// and `.`.
class LogLine
{
public:
    /// A text's share of the line in bytes, escapes counted; the rest is cut and marked with `…`.
    static constexpr qsizetype kMaxTextBytes = 256;

    explicit LogLine(LogFormat format) : m_format(format) {}

    void add(QByteArrayView key, QStringView text, qsizetype maxBytes = kMaxTextBytes);
    /// `text` is UTF-8; what is not becomes U+FFFD.
    void add(QByteArrayView key, QByteArrayView text, qsizetype maxBytes = kMaxTextBytes);
    void add(QByteArrayView key, QLatin1StringView text) { add(key, QByteArrayView(text)); }
    void add(QByteArrayView key, std::int64_t number);
    /// In milliseconds with three decimals.
    void add(QByteArrayView key, Duration duration);
    /// UTC, RFC 3339 with milliseconds.
    void add(QByteArrayView key, std::chrono::system_clock::time_point at);

    /// The line with its line end. Call once.
    QByteArray finish();

private:
    void key(QByteArrayView key);

    LogFormat m_format;
    QByteArray m_line;
};

}  // namespace holdline
