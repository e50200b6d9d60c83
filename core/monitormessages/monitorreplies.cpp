// SPDX-License-Identifier: GPL-3.0-or-later
// Commands and their answers as lines of JSON and back.
#include "core/monitormessages/monitorreplies.h"

#include "core/json/bodytext.h"
#include "core/monitormessages/monitorcodec.h"
#include "core/monitormessages/objectwriter.h"

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

QByteArrayView viewOf(QLatin1StringView word)
{
    return {word.data(), word.size()};
}

void decodeDeadLetter(const ObjectReader &reader, DeadLetterRow &row)
{
    reader.require("id"_L1);
    reader.read("id"_L1, row.id);
    reader.require("kind"_L1);
    reader.readName("kind"_L1, row.kind, kDeadLetterKinds);
    reader.require("at"_L1);
    reader.read("at"_L1, row.at);
    reader.require("reason"_L1);
    reader.readName("reason"_L1, row.reason, kReasonCount);
    reader.read("job"_L1, row.job);
    reader.read("account"_L1, row.account);
    reader.read("client"_L1, row.client);
    reader.read("detail"_L1, row.detail);
    reader.read("bytes"_L1, row.bytes);
    reader.read("cut"_L1, row.cut);
    reader.read("redriven"_L1, row.redriven);
}

void decodeBody(const ObjectReader &reader, BodyPart &body)
{
    reader.read("content_type"_L1, body.contentType);
    reader.read("size"_L1, body.size);
    QByteArray coded;
    reader.read("text"_L1, body.bytes);
    reader.read("base64"_L1, coded);
    if (coded.isEmpty())
        return;
    const auto decoded = QByteArray::fromBase64Encoding(coded, QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded || !body.bytes.isEmpty())
        reader.fail("base64"_L1, u"base64 in place of a text"_s);
    else
        body.bytes = *decoded;
}

void append(Out &out, const DeadLetterRow &row)
{
    ObjectWriter object(out);
    object.always("id", row.id);
    object.always("kind", name(row.kind));
    object.always("at", row.at);
    object.always("reason", name(row.reason));
    object.put("job", row.job);
    object.put("account", row.account);
    object.put("client", row.client);
    object.put("detail", row.detail);
    object.put("bytes", row.bytes);
    object.put("cut", row.cut);
    object.put("redriven", row.redriven);
}

void putBody(ObjectWriter &object, const BodyPart &body)
{
    object.put("content_type", body.contentType);
    object.always("size", body.size);
    if (isShowable(body.bytes))
        object.put("text", body.bytes);
    else
        object.always("base64", QByteArrayView(body.bytes.toBase64()));
}

}  // namespace

Reply decodeReply(const ObjectReader &reader)
{
    Reply reply;
    reader.read("id"_L1, reply.id);
    reader.require("ok"_L1);
    reader.read("ok"_L1, reply.ok);
    QByteArray text;
    reader.read("text"_L1, text);
    reply.text = QString::fromUtf8(text);
    if (reader.has("result"_L1)) {
        const QJsonObject object = reader.objectAt("result"_L1);
        const ObjectReader result(object, reader.error());
        reply.result.emplace();
        result.require("job"_L1);
        result.read("job"_L1, reply.result->job);
        result.read("status"_L1, reply.result->status);
        decodeBody(result, reply.result->body);
    }
    if (reader.has("letters"_L1))
        readRows(reader, "letters"_L1, reply.letters.emplace(), decodeDeadLetter);
    reader.read("letters_omitted"_L1, reply.deadLettersOmitted);
    if (reader.has("letter"_L1)) {
        const QJsonObject letter = reader.objectAt("letter"_L1);
        decodeDeadLetter(ObjectReader(letter, reader.error()), reply.letter.emplace());
    }
    if (reader.has("body"_L1)) {
        const QJsonObject body = reader.objectAt("body"_L1);
        decodeBody(ObjectReader(body, reader.error()), reply.body.emplace());
    }
    return reply;
}

QByteArray encode(const Reply &reply)
{
    Out out;
    {
        ObjectWriter object(out);
        object.always("type", QByteArrayView("reply"));
        object.put("id", reply.id);
        object.always("ok", reply.ok);
        object.always("text", QByteArrayView(reply.text.toUtf8()));
        if (reply.result) {
            ObjectWriter result(object.key("result"));
            result.always("job", reply.result->job);
            result.put("status", reply.result->status);
            putBody(result, reply.result->body);
        }
        if (reply.letters && reply.letters->empty())
            object.key("letters").put(QByteArrayView("[]"));
        else if (reply.letters)
            appendRows(object, "letters", *reply.letters,
                       [](Out &rows, const DeadLetterRow &row) { append(rows, row); });
        object.put("letters_omitted", reply.deadLettersOmitted);
        if (reply.letter)
            append(object.key("letter"), *reply.letter);
        if (reply.body) {
            ObjectWriter body(object.key("body"));
            putBody(body, *reply.body);
        }
    }
    out.put('\n');
    return out.take();
}

QByteArray encode(const Command &command)
{
    Out out;
    {
        ObjectWriter object(out);
        object.always("command", name(command.verb));
        object.put("id", command.id);
        if (const QLatin1StringView name = targetName(command.verb); !name.isEmpty())
            object.put(viewOf(name), command.target);
    }
    out.put('\n');
    return out.take();
}

QByteArray encodeRow(const DeadLetterRow &row)
{
    Out out;
    append(out, row);
    return out.take();
}

std::variant<Command, QString> decodeCommand(QByteArrayView line)
{
    QString error;
    const QJsonObject object = parseLine(line, error);
    if (!error.isEmpty())
        return error;
    const ObjectReader reader(object, error);
    Command command;
    reader.require("command"_L1);
    reader.readName("command"_L1, command.verb, Command::kVerbs);
    if (object.value("id"_L1).isDouble())
        command.id = QByteArray::number(object.value("id"_L1).toInteger());
    else
        reader.read("id"_L1, command.id);
    if (command.id.size() > 64)
        reader.fail("id"_L1, u"64 bytes at most"_s);
    if (const QLatin1StringView name = targetName(command.verb); !name.isEmpty()) {
        reader.require(name);
        reader.read(name, command.target);
        if (command.target.isEmpty())
            reader.fail(name, u"a text that is not empty"_s);
    }
    if (!error.isEmpty())
        return error;
    return command;
}

}  // namespace holdline::monitor
