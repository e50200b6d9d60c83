// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>
#include <QString>

namespace holdline::test {

/// Checks values against the schemas of an OpenAPI document. Supports only the JSON Schema keywords that our
/// schemas use. An unknown keyword is an error, so that no keyword is ignored silently.
class JsonSchema
{
public:
    explicit JsonSchema(const QJsonObject &document) : m_document(document) {}

    /// Returns the value at the reference `#/a/b`; undefined when the document has no such value.
    QJsonValue resolve(const QString &reference) const
    {
        QJsonValue value = m_document;
        const QStringList parts = reference.mid(2).split(u'/');
        for (QString part : parts)
            value = value.toObject().value(part.replace(QStringLiteral("~1"), QStringLiteral("/")));
        return value;
    }

    /// Returns the first violation with its path; empty when the value conforms.
    QString check(const QJsonValue &value, const QString &schemaName) const
    {
        const QJsonValue schema = resolve(QStringLiteral("#/components/schemas/") + schemaName);
        return schema.isObject() ? check(value, schema.toObject(), schemaName)
                                 : QStringLiteral("no schema ") + schemaName;
    }

    QString check(const QJsonValue &value, const QJsonObject &schema, const QString &where) const
    {
        for (auto it = schema.begin(); it != schema.end(); ++it) {
            const QString error = checkKeyword(value, schema, it.key(), it.value(), where);
            if (!error.isEmpty())
                return error;
        }
        return {};
    }

private:
    static QString typeOf(const QJsonValue &value)
    {
        switch (value.type()) {
            case QJsonValue::Bool:
                return QStringLiteral("boolean");
            case QJsonValue::Double:
                return value.toDouble() == static_cast<double>(value.toInteger()) ? QStringLiteral("integer")
                                                                                  : QStringLiteral("number");
            case QJsonValue::String:
                return QStringLiteral("string");
            case QJsonValue::Array:
                return QStringLiteral("array");
            case QJsonValue::Object:
                return QStringLiteral("object");
            default:
                return QStringLiteral("null");
        }
    }

    QString checkKeyword(const QJsonValue &value, const QJsonObject &schema, const QString &keyword,
                         const QJsonValue &rule, const QString &where) const
    {
        const auto wrong = [&](bool isWrong) {
            return isWrong ? where + QStringLiteral(" violates ") + keyword : QString();
        };
        static const QSet<QString> kNotes{QStringLiteral("description"), QStringLiteral("format"),
                                          QStringLiteral("default"), QStringLiteral("example")};
        if (kNotes.contains(keyword))
            return {};
        if (keyword == QStringLiteral("$ref"))
            return check(value, resolve(rule.toString()).toObject(), where);
        if (keyword == QStringLiteral("type"))
            return wrong(typeOf(value) != rule.toString());
        if (keyword == QStringLiteral("enum"))
            return wrong(!rule.toArray().contains(value));
        if (keyword == QStringLiteral("pattern")) {
            const QRegularExpression pattern(rule.toString());
            return wrong(!pattern.isValid() || !pattern.match(value.toString()).hasMatch());
        }
        if (keyword == QStringLiteral("minLength"))
            return wrong(value.toString().size() < rule.toInt());
        if (keyword == QStringLiteral("maxLength"))
            return wrong(value.toString().size() > rule.toInt());
        if (keyword == QStringLiteral("minimum"))
            return wrong(value.toDouble() < rule.toDouble());
        if (keyword == QStringLiteral("maximum"))
            return wrong(value.toDouble() > rule.toDouble());
        if (keyword == QStringLiteral("maxItems"))
            return wrong(value.toArray().size() > rule.toInt());
        if (keyword == QStringLiteral("items"))
            return checkItems(value.toArray(), rule.toObject(), where);
        if (keyword == QStringLiteral("required")) {
            for (const QJsonValue name : rule.toArray()) {
                if (!value.toObject().contains(name.toString()))
                    return where + QStringLiteral(" has no ") + name.toString();
            }
            return {};
        }
        if (keyword == QStringLiteral("properties"))
            return checkProperties(value.toObject(), rule.toObject(), where);
        if (keyword == QStringLiteral("additionalProperties"))
            return rule.toBool() ? QString() : checkNoOthers(value.toObject(), schema, where);
        return QStringLiteral("a keyword that is not known: ") + keyword;
    }

    QString checkItems(const QJsonArray &array, const QJsonObject &schema, const QString &where) const
    {
        for (qsizetype i = 0; i < array.size(); ++i) {
            const QString error = check(array[i], schema, QStringLiteral("%1[%2]").arg(where).arg(i));
            if (!error.isEmpty())
                return error;
        }
        return {};
    }

    QString checkProperties(const QJsonObject &object, const QJsonObject &properties,
                            const QString &where) const
    {
        for (auto it = properties.begin(); it != properties.end(); ++it) {
            if (!object.contains(it.key()))
                continue;
            const QString error =
                check(object.value(it.key()), it.value().toObject(), where + u'.' + it.key());
            if (!error.isEmpty())
                return error;
        }
        return {};
    }

    static QString checkNoOthers(const QJsonObject &object, const QJsonObject &schema, const QString &where)
    {
        const QJsonObject known = schema.value(QStringLiteral("properties")).toObject();
        for (const QString &name : object.keys()) {
            if (!known.contains(name))
                return where + QStringLiteral(" may not have ") + name;
        }
        return {};
    }

    const QJsonObject m_document;
};

}  // namespace holdline::test
