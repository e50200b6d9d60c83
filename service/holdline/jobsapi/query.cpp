// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/jobsapi/query.h"

#include <QStringList>

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

QByteArray decoded(QByteArrayView text)
{
    return QByteArray::fromPercentEncoding(text.toByteArray());
}

Readings readingsOf(QByteArrayView text)
{
    if (!text.contains('+'))
        return {decoded(text)};
    return {decoded(text.toByteArray().replace('+', ' ')), decoded(text)};
}

/// Returns the part of a target behind the question mark.
QByteArrayView queryOf(QByteArrayView target)
{
    const qsizetype mark = target.indexOf('?');
    return mark < 0 ? QByteArrayView() : target.sliced(mark + 1);
}

/// Removes the first parameter from `rest` and returns it. It may be empty.
QByteArrayView takePair(QByteArrayView &rest)
{
    const qsizetype ampersand = rest.indexOf('&');
    const QByteArrayView pair = ampersand < 0 ? rest : rest.first(ampersand);
    rest = ampersand < 0 ? QByteArrayView() : rest.sliced(ampersand + 1);
    return pair;
}

QString namesOf(std::initializer_list<QByteArrayView> known)
{
    QStringList names;
    for (const QByteArrayView name : known)
        names.append(u"\""_s + QString::fromLatin1(name) + u"\""_s);
    return names.join(u", "_s);
}

}  // namespace

std::variant<QueryParameters, QString> parseQuery(QByteArrayView target,
                                                  std::initializer_list<QByteArrayView> known)
{
    QueryParameters parameters;
    QByteArrayView rest = queryOf(target);
    while (!rest.isEmpty()) {
        const QByteArrayView pair = takePair(rest);
        if (pair.isEmpty())
            continue;
        const qsizetype equals = pair.indexOf('=');
        const QByteArray name = decoded(equals < 0 ? pair : pair.first(equals));
        if (std::find(known.begin(), known.end(), name) == known.end())
            return u"The query has an unknown parameter. Known parameters: %1."_s.arg(namesOf(known));
        const QString quoted = u"\"%1\""_s.arg(QString::fromLatin1(name));
        if (equals < 0 || equals + 1 == pair.size())
            return u"The query's parameter %1 has no value."_s.arg(quoted);
        if (!parameters.emplace(name, readingsOf(pair.sliced(equals + 1))).second)
            return u"The query's parameter %1 is repeated."_s.arg(quoted);
    }
    return parameters;
}

std::vector<QByteArray> queryValues(QByteArrayView target, QByteArrayView name)
{
    std::vector<QByteArray> values;
    QByteArrayView rest = queryOf(target);
    while (!rest.isEmpty()) {
        const QByteArrayView pair = takePair(rest);
        const qsizetype equals = pair.indexOf('=');
        if (decoded(equals < 0 ? pair : pair.first(equals)) == name)
            values.push_back(equals < 0 ? QByteArray() : decoded(pair.sliced(equals + 1)));
    }
    return values;
}

}  // namespace holdline
