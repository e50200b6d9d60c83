// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/profile/exchange.h"

#include "core/profile/profilereader.h"

#include <QDateTime>
#include <QFile>
#include <QJsonDocument>
#include <QTest>

#include <algorithm>

namespace holdline::test {

using namespace Qt::StringLiterals;

QString outcomeName(JobReport report)
{
    switch (report) {
        case JobReport::Progress:
            return u"progress"_s;
        case JobReport::Completed:
            return u"completed"_s;
        case JobReport::Failed:
            break;
    }
    return u"failed"_s;
}

RecordedMessage::RecordedMessage(const QJsonObject &json)
    : method(json["method"_L1].toString().toLatin1()),
      status(json["status"_L1].toInt()),
      query(json["query"_L1].toString().toUtf8()),
      suffix(json["suffix"_L1].toString().toUtf8()),
      body(json.contains("bodyBase64"_L1)
               ? QByteArray::fromBase64(json["bodyBase64"_L1].toString().toLatin1())
               : json["body"_L1].toString().toUtf8())
{
    const QByteArray target = json["target"_L1].toString().toUtf8();
    const qsizetype question = target.indexOf('?');
    path = target.first(question < 0 ? target.size() : question);
    if (question >= 0)
        query = target.sliced(question + 1);
    const QJsonObject fields = json["headers"_L1].toObject();
    for (auto it = fields.begin(); it != fields.end(); ++it)
        headers.emplace_back(it.key().toUtf8(), it.value().toString().toUtf8());
}

profile::MessageView RecordedMessage::view() const
{
    return {method, status, path, query, suffix, headers, body};
}

Exchange::Exchange(const QString &name)
{
    QFile file(QStringLiteral(HOLDLINE_SOURCE_DIR "/tests/unit/profile/exchanges/") + name + u".json"_s);
    if (file.open(QIODevice::ReadOnly))
        json = QJsonDocument::fromJson(file.readAll()).object();
    callback = text("callback");
    upstream = text("upstream");
    rest = text("rest");
    uuid = text("uuid");
    const QJsonObject named = json["secrets"_L1].toObject();
    for (auto it = named.begin(); it != named.end(); ++it)
        secrets[it.key().toUtf8()] = it.value().toString().toUtf8();
    now = WallTime(std::chrono::milliseconds(
        QDateTime::fromString(json["now"_L1].toString(), Qt::ISODate).toMSecsSinceEpoch()));
}

QByteArray Exchange::text(const char *name) const
{
    return json[QLatin1StringView(name)].toString().toUtf8();
}

profile::TemplateValues Exchange::values() const
{
    profile::TemplateValues values;
    values.callback = callback;
    values.upstream = upstream;
    values.rest = rest;
    values.uuid = uuid;
    values.now = now;
    values.secrets = &secrets;
    return values;
}

QByteArrayList sortedFields(const profile::HeaderFields &headers)
{
    QByteArrayList lines;
    for (const auto &[name, value] : headers)
        lines += name + ": " + value;
    std::sort(lines.begin(), lines.end());
    return lines;
}

profile::Profile profileFrom(const QByteArray &toml)
{
    auto read = profile::readProfile(toml, u"test.toml"_s);
    if (const auto *errors = std::get_if<QStringList>(&read)) {
        for (const QString &error : *errors)
            QTest::qFail(qPrintable(error), __FILE__, __LINE__);
        return {};
    }
    return std::get<profile::Profile>(read);
}

}  // namespace holdline::test
