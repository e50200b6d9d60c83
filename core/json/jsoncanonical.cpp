// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/json/jsoncanonical.h"

#include "core/json/jsontext.h"

#include <algorithm>
#include <vector>

namespace holdline {

namespace {

/// One value, or the name of a member. All nodes of a text are in one list, in the order of the text. The
/// nodes inside an array or object follow directly after the node of that array or object.
struct Node
{
    QByteArrayView text;   ///< a scalar or name as in the input; the opening bracket of an array or object
    std::size_t next = 0;  ///< index of the first node after this value and everything inside it
};

constexpr qsizetype kFirstNodes = 1024;

/// Splits a valid JSON text into nodes. Does not check the syntax, but never reads beyond the end of the
/// text.
class Reader
{
public:
    explicit Reader(QByteArrayView text) : m_text(text)
    {
        // An estimate that avoids most reallocations. It is bounded, because a long text is often one long
        // string.
        m_nodes.reserve(static_cast<std::size_t>(std::min(text.size() / 8, kFirstNodes) + 4));
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

    /// Reads the inside of an array or object and the closing bracket. A member makes two nodes: name and
    /// value.
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

    /// Reads a number, true, false or null.
    void skipWord()
    {
        for (char c = peek(); c > ' ' && c != ',' && c != ']' && c != '}'; c = peek())
            ++m_at;
    }

    QByteArrayView m_text;
    qsizetype m_at = 0;
    std::vector<Node> m_nodes;
};

/// Returns whether quoteJson() would write the string literal exactly as it is.
bool hasOneSpelling(QByteArrayView literal)
{
    // JSON allows DEL without an escape, but quoteJson() escapes it.
    return !literal.contains('\\') && !literal.contains('\x7f');
}

/// Returns `literal` with the escapes that quoteJson() writes. The result points into `storage` when it
/// differs from `literal`.
QByteArrayView respell(QByteArrayView literal, QByteArray &storage)
{
    if (hasOneSpelling(literal))
        return literal;
    storage = quoteJson(unescapeJson(literal));
    return storage;
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
        QByteArrayView name;  ///< decoded name, the sort key
        QByteArray storage;   ///< holds the bytes of `name` when the name has escapes in the text
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
        QByteArray storage;
        m_out.append(respell(literal, storage));
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
        // m_members is used as a stack: it contains the members of all objects that are being written, those
        // of the innermost object last.
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
            member.storage = unescapeJson(literal);
            member.name = member.storage;
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
