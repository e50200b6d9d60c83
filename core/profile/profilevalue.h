// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/suggest.h"
#include "core/profile/assignment.h"
#include "core/profile/locator.h"
#include "core/profile/profile.h"
#include "core/profile/template.h"

#include <QLatin1StringView>
#include <QString>
#include <QStringList>

#include <toml++/toml.h>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

/// Reads single TOML values. Only the .cpp files that read profiles and routes include this header, because
/// toml++ is large.
namespace holdline::profile {

/// Collects the errors of one file. texts() returns them sorted by line.
class ProfileErrors
{
public:
    explicit ProfileErrors(const QString &file) : m_file(file) {}
    void add(qint64 line, const QString &text);
    bool isEmpty() const { return m_errors.empty(); }
    std::size_t count() const { return m_errors.size(); }
    QStringList texts() const;

private:
    QString m_file;
    std::vector<std::pair<qint64, QString>> m_errors;
};

/// One value of a TOML file, with its key. Each reading function checks the value; for a wrong value it
/// reports an error and returns nothing.
class ProfileValue
{
public:
    ProfileValue(const toml::node &node, const QString &key, ProfileErrors &errors)
        : m_node(node), m_key(key), m_errors(errors)
    {
    }

    const QString &key() const { return m_key; }
    void fail(const QString &what) const;

    std::optional<QString> text(qsizetype most = 512) const;
    /// Reads the URL of a key set or token endpoint. Returns the encoded URL.
    std::optional<QByteArray> credentialUrl() const;
    std::optional<bool> truth() const;
    std::optional<int> number(int least, int most) const;
    std::optional<std::chrono::milliseconds> duration(std::chrono::milliseconds least,
                                                      std::chrono::milliseconds most) const;
    /// Reads a duration, or "off", which means 0.
    std::optional<std::chrono::milliseconds> durationOrOff(std::chrono::milliseconds least,
                                                           std::chrono::milliseconds most) const;
    /// Reads one text or a list of texts. With `numbersToo`, a whole number is read as its digits.
    std::optional<std::vector<QByteArray>> texts(bool numbersToo = false) const;
    std::optional<std::vector<int>> numbers(int least, int most) const;
    std::optional<Locator> locator() const;
    /// Reads one locator or a list of locators, of any kind.
    std::optional<Locators> locators() const;
    std::optional<Template> textTemplate(Template::Uses allowed) const;
    /// Reads a method and a URL's template: "GET {upstream}/{job}".
    std::optional<RequestRule> request(Template::Uses allowed) const;
    /// Reads a table that maps places in a request to the values to write there.
    std::optional<Assignments> assignments(Template::Uses allowed) const;
    /// Reads a table that maps locators to the texts that a message must have there.
    std::optional<std::vector<std::pair<Locator, QByteArray>>> conditions() const;
    template <typename Value>
    std::optional<Value> oneOf(std::initializer_list<std::pair<QLatin1StringView, Value>> names) const;

    bool isText() const { return m_node.is_string(); }

private:
    ProfileValue inner(const toml::node &node, const QString &key) const;
    void failType(const QString &wanted) const;
    void failChoice(const QString &given, const QStringList &known) const;
    std::optional<Template> checkedTemplate(const QString &text, Template::Uses allowed) const;
    bool appendTo(FieldValue &value, Template::Uses allowed, int depth) const;

    const toml::node &m_node;
    QString m_key;
    ProfileErrors &m_errors;
};

QString tomlText(std::string_view text);

template <typename Value>
std::optional<Value> ProfileValue::oneOf(
    std::initializer_list<std::pair<QLatin1StringView, Value>> names) const
{
    const auto given = text();
    if (!given)
        return std::nullopt;
    QStringList known;
    for (const auto &[name, value] : names) {
        if (name == *given)
            return value;
        known += name;
    }
    failChoice(*given, known);
    return std::nullopt;
}

}  // namespace holdline::profile
