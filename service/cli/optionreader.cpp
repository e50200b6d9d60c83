// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/cli/optionreader.h"

#include "core/config/values.h"

#include <QCommandLineParser>

#include <algorithm>

namespace holdline::cli {

using namespace Qt::StringLiterals;

void OptionReader::integer(const QString &name, int min, int max, int &value)
{
    if (!isSet(name))
        return;
    bool ok = false;
    const int read = text(name).toInt(&ok);
    if (ok && read >= min && read <= max)
        value = read;
    else
        fail(name, u"a whole number from %1 to %2"_s.arg(min).arg(max));
}

void OptionReader::number(const QString &name, double max, double &value)
{
    if (!isSet(name))
        return;
    const QString written = text(name);
    bool ok = std::all_of(written.begin(), written.end(),
                          [](QChar c) { return (c >= u'0' && c <= u'9') || c == u'.'; });
    const double read = ok ? written.toDouble(&ok) : 0;
    if (ok && read > 0 && read <= max)
        value = read;
    else
        fail(name, u"a number above 0 and up to %1"_s.arg(max, 0, 'f', 0));
}

void OptionReader::duration(const QString &name, std::chrono::milliseconds min, std::chrono::milliseconds max,
                            std::chrono::milliseconds &value)
{
    if (!isSet(name))
        return;
    const auto read = parseDuration(text(name));
    if (read && *read >= min && *read <= max)
        value = *read;
    else
        fail(name,
             u"a time from %1 to %2, such as 500ms or 5s"_s.arg(formatDuration(min), formatDuration(max)));
}

bool OptionReader::isSet(const QString &name) const
{
    return m_parser.isSet(name);
}

QString OptionReader::text(const QString &name) const
{
    return m_parser.value(name);
}

void OptionReader::fail(const QString &name, const QString &wanted, const QString &written)
{
    if (m_error.isEmpty())
        m_error = u"--%1: wanted %2, not \"%3\""_s.arg(name, wanted, written);
}

}  // namespace holdline::cli
