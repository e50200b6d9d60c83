// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/profilereader.h"

#include "core/config/suggest.h"
#include "core/profile/profilecheck.h"
#include "core/profile/profilefields.h"
#include "core/profile/profiletable.h"
#include "core/profile/profilevalue.h"

#include <algorithm>
#include <map>
#include <set>

namespace holdline::profile {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qsizetype kMaxProfileName = 64;

/// Returns the value at a key such as `callback.verify.scheme`, or null when there is none.
const toml::node *nodeAt(const toml::table &root, const QString &key)
{
    const toml::node *node = &root;
    for (const QString &part : key.split(u'.')) {
        const toml::table *table = node->as_table();
        node = table ? table->get(part.toStdString()) : nullptr;
        if (!node)
            return nullptr;
    }
    return node;
}

class Reader
{
public:
    Reader(const toml::table &root, const QString &file, const QString &prefix)
        : m_root(root), m_prefix(prefix), m_errors(file)
    {
    }

    std::variant<Profile, QStringList> read()
    {
        setDefaults();
        for (const ProfileField &field : profileFields()) {
            const toml::node *node = nodeAt(m_root, field.key);
            if (!node)
                continue;
            const auto before = m_errors.count();
            field.read(m_profile, ProfileValue(*node, m_prefix + field.key, m_errors));
            if (m_errors.count() > before)
                m_wrongTables.insert(tableOf(field.key));
        }
        findUnknown(m_root, {});
        requireFields();
        checkProfile(m_profile, [this](QLatin1StringView key, const QString &what) {
            if (!dependsOnWrongTable(tableOf(key)))
                fail(key, what);
        });
        if (!m_errors.isEmpty())
            return m_errors.texts();
        return m_profile;
    }

private:
    void fail(const QString &key, const QString &what)
    {
        m_errors.add(lineOf(key), m_prefix + key + u": "_s + what);
    }

    static QString tableOf(const QString &key)
    {
        return key.startsWith("callback.verify"_L1) ? u"callback.verify"_s : key.section(u'.', 0, 0);
    }

    /// Returns whether an error in this table may follow from another error. A wrong field can make other
    /// fields look wrong: those of its own table, and those of tables that are checked against it.
    bool dependsOnWrongTable(const QString &table) const
    {
        static const std::map<QString, QStringList> kOthers{
            {u"start"_s, {u"callback"_s, u"status"_s}},  {u"callback"_s, {u"start"_s, u"status"_s}},
            {u"status"_s, {u"start"_s, u"callback"_s}},  {u"cancel"_s, {u"start"_s}},
            {u"answer"_s, {u"callback"_s, u"status"_s}}, {u"callback.verify"_s, {}}};
        const QStringList others = kOthers.contains(table) ? kOthers.at(table) : QStringList();
        return m_wrongTables.contains(table) ||
               std::any_of(others.begin(), others.end(),
                           [this](const QString &one) { return m_wrongTables.contains(one); });
    }

    /// Tables exist when the file has them. Their fields begin with the defaults of the field table.
    void setDefaults()
    {
        m_profile.start.request.method = "POST";
        m_profile.start.request.url = std::get<Template>(Template::parse(u"{upstream}{rest}"));
        m_profile.start.headers = {"Authorization"};
        if (nodeAt(m_root, u"callback"_s)) {
            m_profile.callback.emplace();
            m_profile.callback->methods = {"POST"};
        }
        if (nodeAt(m_root, u"callback.verify"_s)) {
            m_profile.callback->verify.emplace();
            m_profile.callback->verify->signedText = std::get<Template>(Template::parse(u"{body}"));
        }
        if (nodeAt(m_root, u"status"_s)) {
            StatusRule &status = m_profile.status.emplace();
            status.first = 10s;
            status.every = 2s;
            status.longest = 30s;
            const toml::node *body = nodeAt(m_root, u"answer.body"_s);
            const bool isStatus = body ? body->value_or(std::string()) == "status" : !m_profile.callback;
            status.afterCallback = isStatus && m_profile.callback;
            m_profile.answer.body = isStatus ? AnswerRule::Document::Status : AnswerRule::Document::Callback;
        }
        if (nodeAt(m_root, u"cancel"_s))
            m_profile.cancel.emplace();
    }

    void requireFields()
    {
        const auto require = [this](QLatin1StringView key, const QString &what) {
            if (nodeAt(m_root, key))
                return;
            // A misspelled required key is reported once, as an unknown key, and not as missing too.
            if (!m_meant.contains(m_prefix + key))
                fail(key, what);
            m_wrongTables.insert(tableOf(key));
        };
        require("name"_L1, u"the profile's name is wanted"_s);
        require("start.callback"_L1,
                u"where the callback's address goes is wanted: body:/field, form:name, query:name or "
                u"header:Name, "
                "or registered, or none"_s);
        if (m_profile.callback && m_profile.callback->verify)
            require("callback.verify.scheme"_L1, u"a scheme is wanted"_s);
    }

    /// Reports every key that is not the key of a field.
    void findUnknown(const toml::table &table, const QString &prefix)
    {
        for (const auto &[name, node] : table) {
            const QString key = prefix + tomlText(name.str());
            QStringList known;
            bool isField = false;
            bool isTable = false;
            for (const ProfileField &field : profileFields()) {
                known += field.key;
                isField = isField || field.key == key;
                isTable = isTable || field.key.startsWith(key + u'.');
            }
            if (isField)
                continue;
            const auto line = name.source().begin.line;
            const toml::table *inner = node.as_table();
            if (isTable && inner)
                findUnknown(*inner, key + u'.');
            else if (isTable)
                m_errors.add(line, u"%1: a table is wanted"_s.arg(m_prefix + key));
            else
                m_errors.add(line, u"there is no key %1"_s.arg(quoted(m_prefix + key)) +
                                       suggestion(key, prefix, known));
            if (!(isTable && inner))
                m_wrongTables.insert(tableOf(key));
        }
    }

    /// Suggests a similar key: first one of the same table, otherwise one of any table.
    QString suggestion(const QString &key, const QString &prefix, const QStringList &known)
    {
        QStringList here;
        for (const QString &one : known) {
            if (one.startsWith(prefix))
                here += one.sliced(prefix.size()).section(u'.', 0, 0);
        }
        here.removeDuplicates();
        const QString best = nearest(key.sliced(prefix.size()), here);
        const QString meant = best.isEmpty() ? nearest(key, known) : prefix + best;
        if (meant.isEmpty())
            return {};
        m_meant.insert(m_prefix + meant);
        return u". Did you mean %1?"_s.arg(m_prefix + meant);
    }

    /// Returns the line of the key, or of the innermost table around the key.
    qint64 lineOf(const QString &key) const
    {
        for (QString at = key; !at.isEmpty(); at = at.section(u'.', 0, -2)) {
            if (const toml::node *node = nodeAt(m_root, at))
                return node->source().begin.line;
            if (!at.contains(u'.'))
                break;
        }
        return std::max<qint64>(m_root.source().begin.line, 1);
    }

    const toml::table &m_root;
    const QString m_prefix;  ///< stands before the keys in error messages
    ProfileErrors m_errors;
    std::set<QString> m_wrongTables;
    std::set<QString> m_meant;  ///< the keys that misspelled keys probably meant
    Profile m_profile;
};

}  // namespace

bool isProfileName(const QString &name)
{
    return !name.isEmpty() && name.size() <= kMaxProfileName && name.front() != u'-' &&
           std::all_of(name.begin(), name.end(), [](QChar c) {
               return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') || c == u'-';
           });
}

std::variant<Profile, QStringList> readProfileTable(const toml::table &table, const QString &file,
                                                    const QString &prefix)
{
    return Reader(table, file, prefix).read();
}

std::variant<Profile, QStringList> readProfile(const QByteArray &text, const QString &file)
{
    if (text.size() > kMaxProfileBytes)
        return QStringList(u"%1: a profile has at most %2 bytes"_s.arg(file).arg(kMaxProfileBytes));
    try {
        const toml::table root =
            toml::parse(std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
        return readProfileTable(root, file);
    } catch (const toml::parse_error &error) {
        return QStringList(u"%1:%2: not TOML: %3"_s.arg(file)
                               .arg(error.source().begin.line)
                               .arg(oneLine(tomlText(error.description()), 200)));
    }
}

QString profileFieldsMarkdown()
{
    static const QString kHead = u"\n| field | kind | default | meaning |\n|---|---|---|---|\n"_s;
    QString out;
    QString table = u"-"_s;
    for (const ProfileField &field : profileFields()) {
        const QString key = field.key;
        QString here = key.section(u'.', 0, 0);
        if (!key.contains(u'.'))
            here.clear();
        else if (key.startsWith("callback.verify."_L1))
            here = u"callback.verify"_s;
        if (here != table) {
            out += (out.isEmpty() ? QString() : u"\n"_s) +
                   (here.isEmpty() ? u"### At the top\n"_s : u"### `[%1]`\n"_s.arg(here)) + kHead;
            table = here;
        }
        const QString byDefault = field.byDefault.isEmpty() ? QString() : field.byDefault;
        out += u"| `%1` | %2 | %3 | %4 |\n"_s.arg(here.isEmpty() ? key : key.sliced(here.size() + 1),
                                                  field.kind, byDefault, field.meaning);
    }
    return out;
}

}  // namespace holdline::profile
