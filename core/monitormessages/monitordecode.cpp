// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/monitormessages/monitorcodec.h"
#include "core/monitormessages/objectreader.h"

namespace holdline::monitor {

namespace {

template <typename Read>
Message decoded(const ObjectReader &reader, Read message = {})
{
    describe(reader, message);
    return message;
}

Message decodeUpdate(const ObjectReader &reader, Update::Kind kind)
{
    Update update;
    update.kind = kind;
    reader.required("seq"_L1, update.seq);
    return decoded(reader, std::move(update));
}

}  // namespace

std::variant<Message, QString> decode(QByteArrayView line)
{
    QString error;
    const QJsonObject object = parseLine(line, error);
    if (!error.isEmpty())
        return error;
    const ObjectReader reader(object, error);
    const QString type = object.value("type"_L1).toString();
    Message message;
    if (type == "delta"_L1)
        message = decodeUpdate(reader, Update::Kind::Delta);
    else if (type == "snapshot"_L1)
        message = decodeUpdate(reader, Update::Kind::Snapshot);
    else if (type == "reply"_L1)
        message = decoded<Reply>(reader);
    else if (type == "hello"_L1)
        message = decoded<Hello>(reader);
    else
        error = u"a message of unknown type"_s;
    if (!error.isEmpty())
        return error;
    return message;
}

std::variant<Command, QString> decodeCommand(QByteArrayView line)
{
    QString error;
    QJsonObject object = parseLine(line, error);
    if (!error.isEmpty())
        return error;
    if (const QJsonValue id = object.value("id"_L1); id.isDouble())
        object["id"_L1] = QString::number(id.toInteger());
    const ObjectReader reader(object, error);
    Command command;
    describe(reader, command);
    if (command.id.size() > 64)
        reader.fail("id"_L1, u"64 bytes at most"_s);
    if (const QLatin1StringView target = targetName(command.verb); !target.isEmpty()) {
        reader.require(target);
        if (command.target.isEmpty())
            reader.fail(target, u"a text that is not empty"_s);
    }
    if (!error.isEmpty())
        return error;
    return command;
}

}  // namespace holdline::monitor
