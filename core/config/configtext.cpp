// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/configtext.h"

#include <QHash>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// Writes a TOML basic string.
QString tomlText(const QString &text)
{
    QString out = u"\""_s;
    for (const QChar c : text) {
        if (c == u'"' || c == u'\\')
            out += u'\\';
        out += c.isPrint() ? QString(c) : u"\\u%1"_s.arg(ushort(c.unicode()), 4, 16, QChar(u'0'));
    }
    return out + u'"';
}

QString sectionTitle(const QString &section)
{
    static const QHash<QString, QString> titles{
        {u"server"_s, u"Addresses"_s},
        {u"upstream"_s, u"The job server"_s},
        {u"lanes"_s, u"Queues of starts"_s},
        {u"hold"_s, u"Held requests"_s},
        {u"store"_s, u"Stored jobs"_s},
        {u"retry"_s, u"Repeating starts"_s},
        {u"circuit"_s, u"Circuit breaker"_s},
        {u"limits"_s, u"Limits of clients"_s},
        {u"log"_s, u"Logging"_s},
    };
    return titles.value(section, section);
}

}  // namespace

QString helpText()
{
    QString out =
        u"Usage: holdline [FLAG]...\n"
        "Holds blocking HTTP requests open while an asynchronous job API works on them.\n\n"
        "  --config FILE\n      Read FILE, a TOML file with the keys --print-config shows.\n"
        "  --secret NAME=FILE\n      Read a secret that a profile names. May be given several times.\n"
        "  --insecure-callbacks\n      Take callbacks without the verification that a profile wants.\n"
        "  --check-config\n      Check the configuration and exit: 0 right, 78 wrong.\n"
        "  --print-config\n      Print the configuration that results, as TOML, and exit.\n"
        "  --help\n  --version\n"_s;
    const Config defaults;
    QString section;
    for (const Option &option : options()) {
        if (option.section() != section) {
            section = option.section();
            out += u"\n%1:\n"_s.arg(sectionTitle(section));
        }
        const QString value = option.secret ? QString() : option.get(defaults);
        out += u"  --%1 %2\n      %3\n      (%4; default: %5)\n"_s.arg(option.flag, option.placeholder(),
                                                                       option.description, option.values,
                                                                       value.isEmpty() ? u"none"_s : value);
    }
    return out +
           u"\nEach flag has an environment variable: --start-timeout is HOLDLINE_START_TIMEOUT. "
           u"CALLBACK_URL and PORT\n"
           "(a port to listen at on all addresses) are understood too. A .env file in the working directory "
           "is "
           "read.\n"
           "A flag beats the environment, which beats .env, which beats the file. SIGHUP reads all again.\n"_s;
}

QString printOption(const Option &option, const Config &config, const QString &origin)
{
    if (option.secret)
        return u"# %1 = (secret)  # %2\n"_s.arg(option.name(), origin);
    const QString value = option.get(config);
    return u"%1 = %2  # %3\n"_s.arg(option.name(), option.isNumber() ? value : tomlText(value), origin);
}

QString printConfig(const LoadedConfig &loaded)
{
    QString out;
    QString section;
    for (std::size_t i = 0; i < options().size(); ++i) {
        const Option &option = options()[i];
        if (option.section() != section) {
            section = option.section();
            out += (out.isEmpty() ? u"[%1]\n"_s : u"\n[%1]\n"_s).arg(section);
        }
        out += printOption(option, loaded.config, loaded.origins[i]);
    }
    return out;
}

QString optionsMarkdown()
{
    QString out;
    const Config defaults;
    QString section;
    for (const Option &option : options()) {
        if (option.section() != section) {
            out += out.isEmpty() ? QString() : u"\n"_s;
            section = option.section();
            out += u"## %1: `[%2]`\n\n| key | flag | default | allowed | meaning |\n|---|---|---|---|---|\n"_s
                       .arg(sectionTitle(section), section);
        }
        const QString value = option.secret ? QString() : option.get(defaults);
        out += u"| `%1` | `--%2` | %3 | %4 | %5%6 |\n"_s.arg(
            option.key, option.flag, value.isEmpty() ? u"none"_s : u'`' + value + u'`', option.values,
            option.description, option.reloadable ? QString() : u" Needs a restart."_s);
    }
    return out;
}

}  // namespace holdline
