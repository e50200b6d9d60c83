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

/// Inside of readProfile(): nobody else includes this, because toml++ is large.
namespace holdline::profile {

/// The errors of one file, in the order of its lines.
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

/// A value of a profile's file with its place. Each read… function reports what is wrong and returns nothing.
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
    /// The URL at which keys or tokens may be fetched, encoded.
    std::optional<QByteArray> credentialUrl() const;
    std::optional<bool> truth() const;
    std::optional<int> number(int least, int most) const;
    std::optional<std::chrono::milliseconds> duration(std::chrono::milliseconds least,
                                                      std::chrono::milliseconds most) const;
    /// A time or "off", which is 0.
    std::optional<std::chrono::milliseconds> durationOrOff(std::chrono::milliseconds least,
                                                           std::chrono::milliseconds most) const;
    /// One text or a list of texts. With `numbersToo` a number stands for its digits.
    std::optional<std::vector<QByteArray>> texts(bool numbersToo = false) const;
    std::optional<std::vector<int>> numbers(int least, int most) const;
    std::optional<Locator> locator() const;
    /// One locator or a list of them. All of the request's kinds in a request, all in an answer.
    std::optional<Locators> locators() const;
    std::optional<Template> textTemplate(Template::Uses allowed) const;
    /// "GET {upstream}/{job}"
    std::optional<RequestRule> request(Template::Uses allowed) const;
    /// A table: locators of a request, and what is written there.
    std::optional<Assignments> assignments(Template::Uses allowed) const;
    /// A table: locators, and the texts that must stand there.
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
