// SPDX-License-Identifier: GPL-3.0-or-later
// Tests that a missing member of a monitor message is decoded as empty or zero.
#include "core/monitormessages/monitorcodec.h"
#include "tests/support/suite.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTest>

#include <algorithm>

using namespace holdline;
using namespace holdline::monitor;
using namespace Qt::StringLiterals;

namespace {

/// The path to a member: names of objects and indexes of arrays.
using Path = QList<QString>;

QJsonValue at(const QJsonValue &value, const Path &path)
{
    QJsonValue found = value;
    for (const QString &step : path)
        found = found.isArray() ? found.toArray().at(step.toInt()) : found.toObject().value(step);
    return found;
}

QJsonValue without(const QJsonValue &value, Path path)
{
    const QString step = path.takeFirst();
    if (value.isArray()) {
        QJsonArray array = value.toArray();
        array.replace(step.toInt(), without(array.at(step.toInt()), path));
        return array;
    }
    QJsonObject object = value.toObject();
    if (path.isEmpty())
        object.remove(step);
    else
        object.insert(step, without(object.value(step), path));
    return object;
}

/// Collects the paths of all members of objects.
void collect(const QJsonValue &value, const Path &path, QList<Path> &all)
{
    if (value.isArray()) {
        for (qsizetype i = 0; i < value.toArray().size(); ++i)
            collect(value.toArray().at(i), path + Path{QString::number(i)}, all);
    } else if (value.isObject()) {
        const QJsonObject object = value.toObject();
        for (auto member = object.begin(); member != object.end(); ++member) {
            all.append(path + Path{member.key()});
            collect(member.value(), path + Path{member.key()}, all);
        }
    }
}

bool isNothing(const QJsonValue &value)
{
    switch (value.type()) {
        case QJsonValue::Undefined:
        case QJsonValue::Null:
            return true;
        case QJsonValue::Bool:
            return !value.toBool();
        case QJsonValue::Double:
            return value.toDouble() == 0;
        case QJsonValue::String:
            return value.toString().isEmpty();
        case QJsonValue::Array:
            return value.toArray().isEmpty();
        case QJsonValue::Object: {
            const QJsonObject object = value.toObject();
            return std::all_of(object.begin(), object.end(),
                               [](const QJsonValue &one) { return isNothing(one); });
        }
    }
    return false;
}

/// Decodes the message and encodes it again. Returns nullopt when it cannot be decoded.
std::optional<QJsonValue> again(const QJsonValue &message)
{
    const QByteArray line = QJsonDocument(message.toObject()).toJson(QJsonDocument::Compact);
    QByteArray written;
    if (message.toObject().contains("command"_L1)) {
        const auto command = decodeCommand(line);
        if (std::holds_alternative<QString>(command))
            return std::nullopt;
        written = encode(std::get<Command>(command));
    } else {
        const auto read = decode(line);
        if (std::holds_alternative<QString>(read))
            return std::nullopt;
        written = std::visit([](const auto &one) { return encode(one); }, std::get<Message>(read));
    }
    return QJsonDocument::fromJson(written).object();
}

}  // namespace

class TestMonitorDefaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsMissingIsNothing();
};

void TestMonitorDefaults::whatIsMissingIsNothing()
{
    QFile file(QStringLiteral(HOLDLINE_TEST_DATA "/monitor-messages.ndjson"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    // These members have other defaults. The program's name never changes, and a snapshot has a reason. A
    // circuit has a state. A service has at least one thread and allows at least one start per account.
    const QSet<QString> exceptions{u"program"_s, u"reason"_s, u"circuit"_s, u"starts_per_account"_s,
                                   u"threads"_s};
    int optional = 0;
    while (!file.atEnd()) {
        const QJsonValue message = QJsonDocument::fromJson(file.readLine()).object();
        if (!again(message))
            continue;  // a row outside a message
        QList<Path> paths;
        collect(message, {}, paths);
        for (const Path &path : std::as_const(paths)) {
            const auto written = again(without(message, path));
            if (!written || exceptions.contains(path.last()))
                continue;
            ++optional;
            QVERIFY2(isNothing(at(*written, path)), qPrintable(path.join(u'/')));
        }
    }
    QVERIFY(optional > 100);
}

HOLDLINE_TEST(TestMonitorDefaults)
#include "tst_monitordefaults.moc"
