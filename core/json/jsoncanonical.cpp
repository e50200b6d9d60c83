// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/jsoncanonical.h"

#include "core/json/jsontext.h"

#include <algorithm>
#include <vector>

namespace holdline {

namespace {

/// A value of the text, or a member's name. All of them stand in one list in the order of the text, what an
/// array or object holds right after it.
struct Node
{
    QByteArrayView text;   ///< of scalars and names, as written; of arrays and objects the bracket only
    std::size_t next = 0;  ///< the first node after all that belongs to this one
};

/// Reads a text that is known to be valid; nothing is checked but the text's end.
class Reader
{
public:
    explicit Reader(QByteArrayView text) : m_text(text)
    {
        // Every node but the first comes after a bracket, comma or colon; few texts have more than this.
        m_nodes.reserve(static_cast<std::size_t>(text.size() / 8 + 4));
        value();
    }

    std::vector<Node> &nodes() { return m_nodes; }

private:
    char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }

    void skipSpace()
    {
        for (char c = peek(); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek())
            ++m_at;
    }

    void value()
    {
        skipSpace();
        const std::size_t index = m_nodes.size();
        const qsizetype start = m_at;
        m_nodes.emplace_back();
        const char first = peek();
        if (first == '{' || first == '[') {
            m_nodes[index].text = m_text.sliced(m_at++, 1);
            contents(first == '{');
        } else {
            if (first == '"')
                skipString();
            else
                skipWord();
            m_nodes[index].text = m_text.sliced(start, m_at - start);
        }
        m_nodes[index].next = m_nodes.size();
        skipSpace();
    }

    /// Up to the closing bracket and with it. A member is two values, its name and its value.
    void contents(bool isObject)
    {
        skipSpace();
        while (m_at < m_text.size() && peek() != ']' && peek() != '}') {
            value();
            if (isObject) {
                ++m_at;  // the colon
                value();
            }
            if (peek() == ',')
                ++m_at;
        }
        ++m_at;
    }

    void skipString()
    {
        for (++m_at; m_at < m_text.size() && peek() != '"'; ++m_at) {
            if (peek() == '\\')
                ++m_at;
        }
        ++m_at;
    }

    /// Numbers, true, false, null.
    void skipWord()
    {
        for (char c = peek(); c > ' ' && c != ',' && c != ']' && c != '}'; c = peek())
            ++m_at;
    }

    QByteArrayView m_text;
    qsizetype m_at = 0;
    std::vector<Node> m_nodes;
};

bool hasOneSpelling(QByteArrayView literal)
{
    // DEL may stand for itself in JSON; quoteJson() escapes it.
    return !literal.contains('\\') && !literal.contains('\x7f');
}

/// `literal` in quoteJson()'s escapes; `kept` holds its bytes where they are not the text's.
QByteArrayView respell(QByteArrayView literal, QByteArray &kept)
{
    if (hasOneSpelling(literal))
        return literal;
    kept = quoteJson(unescapeJson(literal));
    return kept;
}

class Writer
{
public:
    Writer(const std::vector<Node> &nodes, qsizetype size) : m_nodes(nodes) { m_out.reserve(size); }

    QByteArray write()
    {
        value(0);
        return std::move(m_out);
    }

private:
    struct Member
    {
        QByteArrayView name;  ///< what is sorted by
        QByteArray kept;      ///< the name's bytes where they are not the text's
        std::size_t index = 0;
    };

    void value(std::size_t index)
    {
        const QByteArrayView text = m_nodes[index].text;
        switch (text.front()) {
            case '{':
                object(index);
                break;
            case '[':
                array(index);
                break;
            case '"':
                string(text);
                break;
            default:
                m_out.append(text);
        }
    }

    void string(QByteArrayView literal)
    {
        QByteArray kept;
        m_out.append(respell(literal, kept));
    }

    void array(std::size_t index)
    {
        char before = '[';
        for (std::size_t at = index + 1; at < m_nodes[index].next; at = m_nodes[at].next) {
            m_out.append(before);
            before = ',';
            value(at);
        }
        m_out.append(before == '[' ? "[]" : "]");
    }

    void object(std::size_t index)
    {
        // The members of all objects that are open lie in one list, those of the innermost one at its end.
        const std::size_t base = m_members.size();
        for (std::size_t at = index + 1; at < m_nodes[index].next; at = m_nodes[at + 1].next)
            addMember(at);
        const std::size_t end = m_members.size();
        const auto first = m_members.begin() + static_cast<std::ptrdiff_t>(base);
        const auto byName = [](const Member &a, const Member &b) { return a.name < b.name; };
        if (!std::is_sorted(first, m_members.end(), byName))
            std::stable_sort(first, m_members.end(), byName);
        char before = '{';
        for (std::size_t i = base; i < end; ++i) {
            m_out.append(before);
            before = ',';
            const std::size_t member = m_members[i].index;
            string(m_nodes[member].text);
            m_out.append(':');
            value(member + 1);
        }
        m_out.append(before == '{' ? "{}" : "}");
        m_members.resize(base);
    }

    void addMember(std::size_t index)
    {
        Member member;
        member.index = index;
        const QByteArrayView literal = m_nodes[index].text;
        if (literal.contains('\\')) {
            member.kept = unescapeJson(literal);
            member.name = member.kept;
        } else {
            member.name = literal.sliced(1, literal.size() - 2);
        }
        m_members.push_back(std::move(member));
    }

    const std::vector<Node> &m_nodes;
    std::vector<Member> m_members;
    QByteArray m_out;
};

}  // namespace

QByteArray canonicalJson(QByteArrayView text)
{
    Reader reader(text);
    return Writer(reader.nodes(), text.size()).write();
}

}  // namespace holdline
