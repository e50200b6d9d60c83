// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/profilevalue.h"

#include "core/base/enumtable.h"
#include "core/config/credentialurl.h"
#include "core/config/suggest.h"
#include "core/config/values.h"

#include <QLocale>
#include <QUrl>

#include <algorithm>
#include <cmath>

namespace holdline::profile {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kMaxEntries = 64;
constexpr int kMaxDepth = 8;

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

/// Says for people why the first of `uses` is not allowed at a place. Empty without uses.
QString notAllowed(Template::Uses uses)
{
    using Use = Template::Use;
    static const std::pair<Use, QLatin1StringView> kTexts[] = {
        {Use::Callback, "{callback} is known in the start only"_L1},
        {Use::Upstream, "{upstream} and {rest} belong into an address"_L1},
        {Use::Job, "{job} is not known here"_L1},
        {Use::Location, "{location} is not known here"_L1},
        {Use::Token, "{token} is not known here"_L1},
        {Use::Uuid, "{uuid} is not known here"_L1},
        {Use::Now, "{now:FORMAT} cannot be compared with what was sent"_L1},
        {Use::Secret, "a secret must not stand here, where logs show it"_L1},
        {Use::Message, "there is no message to read from here"_L1},
        {Use::PublicUrl, "{url} is known while a callback is verified"_L1},
        {Use::Signed,
         "{id} and {timestamp} are known while a callback is verified. {job} is the job's id"_L1},
    };
    for (const auto &[use, text] : kTexts) {
        if (uses.testFlag(use))
            return text;
    }
    return {};
}

/// Returns a table's members in the order of the file, because toml++ sorts members by name.
std::vector<std::pair<QString, const toml::node *>> inFileOrder(const toml::table &table)
{
    std::vector<std::pair<const toml::key *, const toml::node *>> members;
    for (const auto &[key, node] : table)
        members.emplace_back(&key, &node);
    std::stable_sort(members.begin(), members.end(), [](const auto &a, const auto &b) {
        const auto &first = a.first->source().begin;
        const auto &second = b.first->source().begin;
        return std::pair(first.line, first.column) < std::pair(second.line, second.column);
    });
    std::vector<std::pair<QString, const toml::node *>> found;
    for (const auto &[key, node] : members)
        found.emplace_back(tomlText(key->str()), node);
    return found;
}

}  // namespace

QString tomlText(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

void ProfileErrors::add(qint64 line, const QString &text)
{
    m_errors.emplace_back(
        line, line > 0 ? u"%1:%2: %3"_s.arg(m_file).arg(line).arg(text) : u"%1: %2"_s.arg(m_file, text));
}

QStringList ProfileErrors::texts() const
{
    auto sorted = m_errors;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto &a, const auto &b) { return a.first < b.first; });
    QStringList texts;
    for (const auto &[line, text] : sorted)
        texts += text;
    return texts;
}

void ProfileValue::fail(const QString &what) const
{
    m_errors.add(m_node.source().begin.line, m_key + u": "_s + what);
}

void ProfileValue::failType(const QString &wanted) const
{
    fail(u"%1 where %2 is wanted"_s.arg(typeName(m_node), wanted));
}

ProfileValue ProfileValue::inner(const toml::node &node, const QString &key) const
{
    return ProfileValue(node, key, m_errors);
}

std::optional<QString> ProfileValue::text(qsizetype most) const
{
    const auto *string = m_node.as_string();
    if (!string) {
        failType(u"a text"_s);
        return std::nullopt;
    }
    const QString text = tomlText(string->get());
    if (text.size() > most || text.contains(QChar::Null)) {
        fail(u"a text of at most %1 characters is wanted"_s.arg(most));
        return std::nullopt;
    }
    return text;
}

std::optional<QByteArray> ProfileValue::credentialUrl() const
{
    const auto given = text();
    const QString wrong = given ? credentialUrlError(*given) : QString();
    if (!wrong.isEmpty())
        fail(wrong);
    return given && wrong.isEmpty() ? std::optional(QUrl(*given, QUrl::StrictMode).toEncoded())
                                    : std::nullopt;
}

std::optional<bool> ProfileValue::truth() const
{
    if (const auto *truth = m_node.as_boolean())
        return truth->get();
    failType(u"true or false"_s);
    return std::nullopt;
}

std::optional<int> ProfileValue::number(int least, int most) const
{
    const auto *number = m_node.as_integer();
    if (number && number->get() >= least && number->get() <= most)
        return static_cast<int>(number->get());
    if (number)
        fail(u"a whole number from %1 to %2 is wanted"_s.arg(least).arg(most));
    else
        failType(u"a whole number"_s);
    return std::nullopt;
}

std::optional<milliseconds> ProfileValue::duration(milliseconds least, milliseconds most) const
{
    const auto given = text();
    milliseconds value{0};
    if (!given)
        return std::nullopt;
    if (const QString wanted = readDuration(*given, least, most, value); !wanted.isEmpty()) {
        fail(wanted);
        return std::nullopt;
    }
    return value;
}

std::optional<milliseconds> ProfileValue::durationOrOff(milliseconds least, milliseconds most) const
{
    if (const auto *string = m_node.as_string(); string && string->get() == "off")
        return milliseconds(0);
    return duration(least, most);
}

std::optional<std::vector<QByteArray>> ProfileValue::texts(bool numbersToo) const
{
    std::vector<QByteArray> found;
    const auto read = [&](const ProfileValue &value, const toml::node &node) {
        if (const auto *number = node.as_integer(); number && numbersToo) {
            found.push_back(QByteArray::number(static_cast<qint64>(number->get())));
            return true;
        }
        if (const auto *truth = node.as_boolean(); truth && numbersToo) {
            found.push_back(truth->get() ? "true" : "false");
            return true;
        }
        const auto one = value.text();
        found.push_back(one.value_or(QString()).toUtf8());
        return one.has_value();
    };
    const toml::array *list = m_node.as_array();
    if (!list)
        return read(*this, m_node) ? std::optional(found) : std::nullopt;
    if (list->size() > kMaxEntries) {
        fail(u"a list has at most %1 entries"_s.arg(kMaxEntries));
        return std::nullopt;
    }
    bool isFine = true;
    for (const toml::node &node : *list)
        isFine = read(inner(node, m_key), node) && isFine;
    return isFine ? std::optional(found) : std::nullopt;
}

std::optional<std::vector<int>> ProfileValue::numbers(int least, int most) const
{
    std::vector<int> found;
    const toml::array *list = m_node.as_array();
    if (!list) {
        const auto one = number(least, most);
        return one ? std::optional(std::vector<int>{*one}) : std::nullopt;
    }
    bool isFine = list->size() <= kMaxEntries;
    if (!isFine)
        fail(u"a list has at most %1 entries"_s.arg(kMaxEntries));
    for (const toml::node &node : *list) {
        const auto one = inner(node, m_key).number(least, most);
        isFine = isFine && one;
        found.push_back(one.value_or(0));
    }
    return isFine ? std::optional(found) : std::nullopt;
}

void ProfileValue::failChoice(const QString &given, const QStringList &known) const
{
    fail(u"%1: %2 is wanted"_s.arg(quoted(given), joined(known, u"or"_s)) +
         didYouMean(given.toLower(), known));
}

std::optional<Locator> ProfileValue::locator() const
{
    const auto given = text();
    if (!given)
        return std::nullopt;
    const auto parsed = parseLocator(*given);
    if (const auto *locator = std::get_if<Locator>(&parsed))
        return *locator;
    fail(u"%1: %2"_s.arg(quoted(*given), std::get<QString>(parsed)));
    return std::nullopt;
}

std::optional<Locators> ProfileValue::locators() const
{
    const toml::array *list = m_node.as_array();
    if (!list) {
        const auto one = locator();
        return one ? std::optional(Locators{*one}) : std::nullopt;
    }
    Locators found;
    bool isFine = !list->empty() && list->size() <= kMaxEntries;
    if (!isFine)
        fail(u"a list of 1 to %1 locators is wanted"_s.arg(kMaxEntries));
    for (const toml::node &node : *list) {
        const auto one = inner(node, m_key).locator();
        isFine = isFine && one;
        found.push_back(one.value_or(Locator()));
    }
    return isFine ? std::optional(found) : std::nullopt;
}

std::optional<Template> ProfileValue::checkedTemplate(const QString &text, Template::Uses allowed) const
{
    const auto parsed = Template::parse(text);
    if (const auto *error = std::get_if<QString>(&parsed)) {
        fail(*error);
        return std::nullopt;
    }
    const auto &found = std::get<Template>(parsed);
    if (const QString wrong = notAllowed(found.uses() & ~allowed); !wrong.isEmpty()) {
        fail(wrong);
        return std::nullopt;
    }
    return found;
}

std::optional<Template> ProfileValue::textTemplate(Template::Uses allowed) const
{
    const auto given = text(4096);
    return given ? checkedTemplate(*given, allowed) : std::nullopt;
}

std::optional<RequestRule> ProfileValue::request(Template::Uses allowed) const
{
    const auto given = text(4096);
    if (!given)
        return std::nullopt;
    const qsizetype space = given->indexOf(u' ');
    const QString method = given->first(std::max<qsizetype>(space, 0));
    static const QStringList kMethods{u"GET"_s, u"POST"_s, u"PUT"_s, u"PATCH"_s, u"DELETE"_s};
    if (!kMethods.contains(method)) {
        fail(u"a method and an address are wanted, such as \"GET {upstream}/{job}\"; the methods are "_s +
             joined(kMethods, u"or"_s));
        return std::nullopt;
    }
    RequestRule rule;
    rule.method = method.toLatin1();
    const auto url = checkedTemplate(given->sliced(space + 1), allowed);
    if (!url)
        return std::nullopt;
    if (!url->beginsAtUpstream()) {
        fail(
            u"the address must begin with {upstream}, {upstream}{rest} or {location}, and go on with / or ?, "
            u"so that it names no other host"_s);
        return std::nullopt;
    }
    const QString address = given->sliced(space + 1);
    if (std::any_of(address.begin(), address.end(),
                    [](QChar c) { return c.unicode() <= u' ' || c.unicode() >= 0x7F || c == u'#'; })) {
        fail(u"an address has visible ASCII characters only, and no #"_s);
        return std::nullopt;
    }
    rule.url = *url;
    return rule;
}

bool ProfileValue::appendTo(FieldValue &value, Template::Uses allowed, int depth) const
{
    if (depth > kMaxDepth) {
        fail(u"at most %1 levels"_s.arg(kMaxDepth));
        return false;
    }
    if (m_node.is_string()) {
        const auto text = textTemplate(allowed);
        if (text)
            value.appendText(*text);
        return text.has_value();
    }
    if (const auto *number = m_node.as_integer()) {
        value.appendLiteral(QByteArray::number(static_cast<qint64>(number->get())));
        return true;
    }
    if (const auto *number = m_node.as_floating_point(); number && std::isfinite(number->get())) {
        value.appendLiteral(QByteArray::number(number->get(), 'g', QLocale::FloatingPointShortest));
        return true;
    }
    if (const auto *truth = m_node.as_boolean()) {
        value.appendLiteral(truth->get() ? "true" : "false");
        return true;
    }
    bool isFine = true;
    if (const toml::array *list = m_node.as_array(); list && list->size() <= kMaxEntries) {
        value.appendJson("[");
        bool isFirst = true;
        for (const toml::node &node : *list) {
            if (!std::exchange(isFirst, false))
                value.appendJson(",");
            isFine = inner(node, m_key).appendTo(value, allowed, depth + 1) && isFine;
        }
        value.appendJson("]");
        return isFine;
    }
    if (const toml::table *table = m_node.as_table(); table && table->size() <= kMaxEntries) {
        value.markAsTable();
        value.appendJson("{");
        bool isFirst = true;
        for (const auto &[name, node] : inFileOrder(*table)) {
            if (!std::exchange(isFirst, false))
                value.appendJson(",");
            value.appendJson(quoteJson(name.toUtf8()) + ':');
            isFine = inner(*node, m_key).appendTo(value, allowed, depth + 1) && isFine;
        }
        value.appendJson("}");
        return isFine;
    }
    failType(u"a text, a number, true, false, or a list or table of at most 64 of them"_s);
    return false;
}

std::optional<Assignments> ProfileValue::assignments(Template::Uses allowed) const
{
    const toml::table *table = m_node.as_table();
    if (!table || table->size() > kMaxEntries) {
        failType(u"a table such as { \"body:/field\" = \"value\" } of at most 64 entries"_s);
        return std::nullopt;
    }
    Assignments found;
    bool isFine = true;
    for (const auto &[target, node] : inFileOrder(*table)) {
        const ProfileValue value = inner(*node, m_key + u'.' + quoted(target));
        const auto parsed = parseLocator(target);
        Assignment assignment;
        if (const auto *error = std::get_if<QString>(&parsed)) {
            value.fail(*error);
            isFine = false;
            continue;
        }
        assignment.target = std::get<Locator>(parsed);
        const auto kind = assignment.target.kind;
        const bool isBody = kind == Locator::Kind::Body;
        if (!isBody && kind != Locator::Kind::Form && kind != Locator::Kind::Query &&
            kind != Locator::Kind::Header) {
            value.fail(u"a request has values at body:, form:, query: and header: only"_s);
            isFine = false;
            continue;
        }
        if (isBody && assignment.target.pointer.empty()) {
            value.fail(u"a member of the body is wanted, such as body:/field"_s);
            isFine = false;
        }
        if (kind == Locator::Kind::Header && isConnectionField(assignment.target.name)) {
            value.fail(u"this header field belongs to the connection and cannot be set"_s);
            isFine = false;
        }
        isFine = value.appendTo(assignment.value, allowed, 0) && isFine;
        if (!isBody && assignment.value.isTable()) {
            value.fail(u"a table where a text, a number or a list of them is wanted"_s);
            isFine = false;
        }
        found.push_back(assignment);
    }
    return isFine ? std::optional(found) : std::nullopt;
}

std::optional<std::vector<std::pair<Locator, QByteArray>>> ProfileValue::conditions() const
{
    const toml::table *table = m_node.as_table();
    if (!table || table->size() > kMaxEntries) {
        failType(u"a table such as { \"body:/field\" = \"value\" } of at most 64 entries"_s);
        return std::nullopt;
    }
    std::vector<std::pair<Locator, QByteArray>> found;
    bool isFine = true;
    for (const auto &[target, node] : inFileOrder(*table)) {
        const ProfileValue value = inner(*node, m_key + u'.' + quoted(target));
        const auto parsed = parseLocator(target);
        if (const auto *error = std::get_if<QString>(&parsed)) {
            value.fail(*error);
            isFine = false;
            continue;
        }
        const auto wanted = value.texts(true);
        if (!wanted || wanted->size() != 1) {
            if (wanted)
                value.fail(u"one text or number is wanted"_s);
            isFine = false;
            continue;
        }
        found.emplace_back(std::get<Locator>(parsed), wanted->front());
    }
    return isFine ? std::optional(found) : std::nullopt;
}

}  // namespace holdline::profile
