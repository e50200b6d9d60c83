// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/jsonsplice.h"

#include <algorithm>

namespace holdline::profile {

using namespace Qt::StringLiterals;

namespace {

constexpr QByteArrayView kBehindTheLast("-");

/// One place of the text: either its own edit, or the edits below it. All edits together form a tree.
struct Node
{
    enum class Action { Descend, Set, Remove };
    QByteArray name;
    Action action = Action::Descend;
    QByteArray value;
    std::vector<Node> children;
};

Node treeOf(const std::vector<JsonEdit> &edits)
{
    Node root;
    for (const JsonEdit &edit : edits) {
        Node *node = &root;
        for (const QByteArray &segment : edit.pointer) {
            auto child = std::find_if(node->children.begin(), node->children.end(),
                                      [&segment](const Node &one) { return one.name == segment; });
            // Each `-` adds an element of its own.
            if (child == node->children.end() || segment == kBehindTheLast) {
                Node made;
                made.name = segment;
                child = node->children.insert(node->children.end(), made);
            }
            node = &*child;
        }
        node->action = edit.value ? Node::Action::Set : Node::Action::Remove;
        node->value = edit.value.value_or(QByteArray());
        node->children.clear();
    }
    return root;
}

/// Makes the JSON for a place that the text does not have yet. Empty when no edit sets a value there.
QByteArray made(const Node &node)
{
    if (node.action != Node::Action::Descend)
        return node.action == Node::Action::Set ? node.value : QByteArray();
    const bool isArray = std::any_of(node.children.begin(), node.children.end(),
                                     [](const Node &child) { return child.name == kBehindTheLast; });
    QByteArray inner;
    for (const Node &child : node.children) {
        const QByteArray value = made(child);
        if (value.isEmpty() || (isArray && child.name != kBehindTheLast))
            continue;
        if (!inner.isEmpty())
            inner += ',';
        inner += isArray ? value : quoteJson(child.name) + ':' + value;
    }
    if (inner.isEmpty())
        return {};
    return isArray ? '[' + inner + ']' : '{' + inner + '}';
}

/// Returns whether an edit of this node or below it sets a value. False when all edits remove values.
bool setsSomething(const Node &node)
{
    return node.action == Node::Action::Set ||
           std::any_of(node.children.begin(), node.children.end(), setsSomething);
}

/// Writes the new text and stops at the first error.
class Splicer
{
public:
    bool value(QByteArrayView text, const Node &node, QByteArray &out)
    {
        if (text.startsWith('{') || text.startsWith('['))
            return container(text, node, out);
        // A string, number or boolean has nothing inside that edits could remove, so it stays as it is.
        if (jsonTypeOf(text) != JsonType::Null && !setsSomething(node)) {
            out += text;
            return true;
        }
        if (jsonTypeOf(text) != JsonType::Null) {
            m_error = u"\"%1\" is %2 where an object is wanted"_s.arg(QString::fromUtf8(node.name),
                                                                      jsonTypeName(jsonTypeOf(text)));
            return false;
        }
        const QByteArray value = made(node);
        out += value.isEmpty() ? text.toByteArray() : value;
        return true;
    }

    const QString &error() const { return m_error; }

private:
    bool container(QByteArrayView text, const Node &node, QByteArray &out)
    {
        const bool isObject = text.startsWith('{');
        std::vector<bool> seen(node.children.size());
        qsizetype chunkStart = 1;  // behind the bracket or comma
        bool isFirst = true;
        QByteArrayView blanks;  // white space after the last value; additions are written before it
        qsizetype index = 0;
        out += text.front();
        JsonWalk walk(text);
        while (const auto item = walk.next()) {
            const qsizetype valueStart = item->value.data() - text.data();
            const qsizetype valueEnd = valueStart + item->value.size();
            qsizetype chunkEnd = valueEnd;
            while (text[chunkEnd] != ',' && text[chunkEnd] != '}' && text[chunkEnd] != ']')
                ++chunkEnd;
            const std::size_t child = childFor(node, *item, isObject, index++);
            const bool isKnown = child < node.children.size();
            if (isKnown && seen[child]) {
                m_error = u"the member \"%1\" is there more than once"_s.arg(
                    QString::fromUtf8(node.children[child].name));
                return false;
            }
            if (isKnown)
                seen[child] = true;
            if (!isKnown || node.children[child].action != Node::Action::Remove) {
                out += blanks;
                if (!isFirst)
                    out += ',';
                isFirst = false;
                out += text.sliced(chunkStart, valueStart - chunkStart);
                if (!isKnown)
                    out += item->value;
                else if (node.children[child].action == Node::Action::Set)
                    out += node.children[child].value;
                else if (!value(item->value, node.children[child], out))
                    return false;
                blanks = text.sliced(valueEnd, chunkEnd - valueEnd);
            }
            chunkStart = chunkEnd + 1;
        }
        QByteArray added;
        for (std::size_t i = 0; i < node.children.size(); ++i) {
            if (!seen[i] && !add(node.children[i], isObject, added))
                return false;
        }
        // Every addition begins with a comma. The first value of an object or array must not have one.
        out += isFirst ? QByteArrayView(added).sliced(added.isEmpty() ? 0 : 1) : QByteArrayView(added);
        out += blanks;
        out += text.back();
        return true;
    }

    static std::size_t childFor(const Node &node, const JsonItem &item, bool isObject, qsizetype index)
    {
        const auto child = std::find_if(node.children.begin(), node.children.end(), [&](const Node &one) {
            return isObject ? isJsonString(item.key, one.name) : arrayIndex(one.name) == index;
        });
        return static_cast<std::size_t>(child - node.children.begin());
    }

    /// Appends a comma and the member or element that `child` adds, if any. Returns false on an error.
    bool add(const Node &child, bool isObject, QByteArray &added)
    {
        const QByteArray value = made(child);
        if (value.isEmpty())
            return true;
        if (!isObject && child.name != kBehindTheLast) {
            m_error = u"an array has no element \"%1\""_s.arg(QString::fromUtf8(child.name));
            return false;
        }
        added += ',';
        added += isObject ? quoteJson(child.name) + ':' + value : value;
        return true;
    }

    QString m_error;
};

}  // namespace

std::variant<QByteArray, QString> spliceJson(QByteArrayView text, const std::vector<JsonEdit> &edits)
{
    if (edits.empty())
        return text.toByteArray();
    // White space around the whole JSON value stays, too.
    const auto isInside = [](char c) { return c != ' ' && c != '\t' && c != '\n' && c != '\r'; };
    const qsizetype start = std::find_if(text.begin(), text.end(), isInside) - text.begin();
    qsizetype end = text.size();
    while (end > start && !isInside(text[end - 1]))
        --end;
    Splicer splicer;
    QByteArray out;
    qsizetype more = 0;
    for (const JsonEdit &edit : edits)
        more += edit.value.value_or(QByteArray()).size() + 64;
    out.reserve(text.size() + more);
    out += text.first(start);
    const QByteArrayView root = text.sliced(start, end - start);
    if (!root.startsWith('{') && !root.startsWith('['))
        return u"the body is %1 where an object is wanted"_s.arg(jsonTypeName(jsonTypeOf(root)));
    if (!splicer.value(root, treeOf(edits), out))
        return splicer.error();
    return out + text.sliced(end).toByteArray();
}

}  // namespace holdline::profile
