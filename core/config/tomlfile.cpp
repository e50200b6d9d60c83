// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/tomlfile.h"

#include "core/base/enumtable.h"
#include "core/config/suggest.h"

#include <toml++/toml.h>

#include <optional>
#include <string_view>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

QString toText(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString typeName(const toml::node &node)
{
    static constexpr EnumTexts<toml::node_type, 10> kTexts({
        {toml::node_type::none, {}},
        {toml::node_type::table, "a table"_L1},
        {toml::node_type::array, "a list"_L1},
        {toml::node_type::string, "a text"_L1},
        {toml::node_type::integer, "a whole number"_L1},
        {toml::node_type::floating_point, "a number with a point"_L1},
        {toml::node_type::boolean, "true or false"_L1},
        {toml::node_type::date, "a date or time"_L1},
        {toml::node_type::time, "a date or time"_L1},
        {toml::node_type::date_time, "a date or time"_L1},
    });
    return kTexts[node.type()];
}

QString wantedType(Option::Kind kind)
{
    switch (kind) {
        case Option::Kind::Integer:
            return u"a whole number without quotes is wanted"_s;
        case Option::Kind::Size:
            return u"a whole number or a text in quotes such as \"64KiB\" is wanted"_s;
        case Option::Kind::Duration:
            return u"a text in quotes such as \"1.5s\" is wanted"_s;
        default:
            return u"a text in quotes is wanted"_s;
    }
}

/// Returns whether readRouteFile(), not this reader, reads the table `key`.
bool isAboutRoutes(std::string_view key)
{
    return key == "route" || key == "profile" || key == "secrets";
}

class Reader
{
public:
    explicit Reader(const QString &name) : m_name(name) {}

    Settings read(const QByteArray &text)
    {
        try {
            const toml::table root =
                toml::parse(std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
            for (const auto &[key, node] : root) {
                if (!isAboutRoutes(key.str()))
                    readSection(key, node);
            }
        } catch (const toml::parse_error &error) {
            m_result.fail(u"%1: not TOML: %2"_s.arg(place(error.source().begin.line),
                                                    oneLine(toText(error.description()), 200)));
        }
        return std::move(m_result);
    }

private:
    QString place(toml::source_index line) const { return u"%1:%2"_s.arg(m_name).arg(line); }

    void readSection(const toml::key &key, const toml::node &node)
    {
        const QString section = toText(key.str());
        const QString origin = place(key.source().begin.line) + u": "_s;
        QStringList sections;
        QStringList keys;
        for (const Option &option : options()) {
            if (!sections.contains(option.section()))
                sections.append(option.section());
            // For a key outside its section, the error suggests the key with its section.
            if (option.name() == section)
                keys.append(option.key);
        }
        if (!sections.contains(section)) {
            m_result.fail(
                origin +
                u"there is no %1 %2"_s.arg(node.is_table() ? u"section"_s : u"key"_s, quoted(section)) +
                (keys.isEmpty() ? didYouMean(section, sections) : didYouMean(keys.first(), keys)));
            return;
        }
        const toml::table *table = node.as_table();
        if (!table) {
            m_result.fail(origin +
                          u"%1 is %2 where a table [%3] is wanted"_s.arg(section, typeName(node), section));
            return;
        }
        for (const auto &[name, value] : *table)
            readValue(section + u'.' + toText(name.str()), name.source().begin.line, value);
    }

    void readValue(const QString &key, toml::source_index line, const toml::node &node)
    {
        const Option *option = findOptionByKey(key);
        if (!option) {
            QStringList keys;
            for (const Option &known : options())
                keys.append(known.key);
            m_result.fail(u"%1: there is no key %2"_s.arg(place(line), quoted(key)) + didYouMean(key, keys));
            return;
        }
        const QString origin = place(line) + u": "_s + key;
        if (const auto text = textOf(*option, node))
            m_result.settings.push_back({option, *text, origin});
        else
            m_result.fail(u"%1 is %2; %3"_s.arg(origin, typeName(node), wantedType(option->kind)));
    }

    /// Returns the value as a text for Option::set(). Empty when the value has the wrong type.
    static std::optional<QString> textOf(const Option &option, const toml::node &node)
    {
        if (const toml::array *list = node.as_array(); list && option.isList)
            return joined(*list);
        const bool takesNumber = option.kind == Option::Kind::Integer || option.kind == Option::Kind::Size;
        if (const auto *number = node.as_integer(); number && takesNumber)
            return QString::number(number->get());
        if (const auto *text = node.as_string(); text && option.kind != Option::Kind::Integer)
            return toText(text->get());
        return std::nullopt;
    }

    /// Returns the texts of the list, joined by commas. Empty when an element is not a text or contains a
    /// comma.
    static std::optional<QString> joined(const toml::array &list)
    {
        QStringList texts;
        for (const toml::node &node : list) {
            const auto *text = node.as_string();
            if (!text || toText(text->get()).contains(u','))
                return std::nullopt;
            texts.append(toText(text->get()));
        }
        return texts.join(u',');
    }

    QString m_name;
    Settings m_result;
};

}  // namespace

Settings readToml(const QByteArray &text, const QString &name)
{
    return Reader(name).read(text);
}

}  // namespace holdline
