// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/assignment.h"

namespace holdline::profile {

using namespace Qt::StringLiterals;

namespace {

std::variant<QByteArray, QString> jsonOf(const Template &text, const TemplateValues &values)
{
    if (const Locator *locator = text.loneBodyLocator(); locator && values.message) {
        const Located located = values.message->find(*locator);
        if (!located.json.isNull())
            return located.json.toByteArray();
    }
    auto rendered = text.render(values, Template::Position::Plain);
    auto *const plain = std::get_if<QByteArray>(&rendered);
    if (!plain || text.isNumber())
        return rendered;
    if (!plain->isValidUtf8())
        return u"a value for JSON is not UTF-8"_s;
    return quoteJson(*plain);
}

}  // namespace

void FieldValue::appendLiteral(const QByteArray &text)
{
    m_pieces.emplace_back(Literal{text});
}

std::variant<QByteArray, QString> FieldValue::json(const TemplateValues &values) const
{
    QByteArray out;
    for (const auto &piece : m_pieces) {
        if (const auto *text = std::get_if<QByteArray>(&piece)) {
            out += *text;
        } else if (const auto *literal = std::get_if<Literal>(&piece)) {
            out += literal->text;
        } else {
            auto rendered = jsonOf(std::get<Template>(piece), values);
            if (std::holds_alternative<QString>(rendered))
                return rendered;
            out += std::get<QByteArray>(rendered);
        }
    }
    return out;
}

std::variant<std::vector<QByteArray>, QString> FieldValue::texts(const TemplateValues &values,
                                                                 Template::Position position) const
{
    std::vector<QByteArray> out;
    for (const auto &piece : m_pieces) {
        if (const auto *literal = std::get_if<Literal>(&piece)) {
            out.push_back(literal->text);
        } else if (const auto *text = std::get_if<Template>(&piece)) {
            auto rendered = text->render(values, position);
            if (auto *error = std::get_if<QString>(&rendered))
                return *error;
            out.push_back(std::get<QByteArray>(rendered));
        }
    }
    return out;
}

std::vector<Template> FieldValue::templates() const
{
    std::vector<Template> found;
    for (const auto &piece : m_pieces) {
        if (const auto *text = std::get_if<Template>(&piece))
            found.push_back(*text);
    }
    return found;
}

QString FieldValue::text() const
{
    QString out;
    for (const auto &piece : m_pieces) {
        if (const auto *json = std::get_if<QByteArray>(&piece))
            out += QString::fromUtf8(*json);
        else if (const auto *literal = std::get_if<Literal>(&piece))
            out += QString::fromUtf8(literal->text);
        else if (const QString &text = std::get<Template>(piece).text(); m_pieces.size() == 1)
            out += text;
        else
            out += QString::fromUtf8(quoteJson(text.toUtf8()));
    }
    return out;
}

}  // namespace holdline::profile
