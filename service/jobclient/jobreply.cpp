// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobclient/jobreply.h"

#include "core/base/enumtable.h"
#include "core/json/jsontext.h"
#include "core/proof/proofformat.h"

#include <algorithm>

namespace holdline {

namespace {

/// True when the id is safe in a proof block: no quotes, backslashes or control characters.
bool isPlain(const QByteArray &text)
{
    return !text.isEmpty() && text.size() <= 256 && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < '\x7f' && c != '"' && c != '\\';
    });
}

}  // namespace

QByteArray failureName(const JobReply &reply)
{
    static constexpr EnumTable<Failure, const char *, 10> kNames({
        {Failure::None, "none"},
        {Failure::ConnectRefused, "connect_refused"},
        {Failure::ConnectFailed, "connect_failed"},
        {Failure::Closed, "closed"},
        {Failure::Timeout, "timeout"},
        {Failure::BadHttp, "bad_http"},
        {Failure::Status, "status_"},
        {Failure::BadJson, "bad_json"},
        {Failure::NotCompleted, "not_completed"},
        {Failure::BadProof, "bad_proof"},
    });
    const QByteArray name = kNames[reply.failure];
    return reply.failure == Failure::Status ? name + QByteArray::number(reply.status) : name;
}

JobReply judgeAnswer(int status, const QByteArray &body)
{
    JobReply reply;
    reply.status = status;
    if (status != 200) {
        reply.failure = Failure::Status;
        return reply;
    }
    QByteArray state;
    const auto scanned = scanJson(body, [&](const JsonMember &member) {
        if (member.type != JsonType::String)
            return;
        for (const auto &[name, target] :
             {std::pair("\"id\"", &reply.entry.id), std::pair("\"state\"", &state),
              std::pair("\"startedAt\"", &reply.entry.startedAt),
              std::pair("\"proof\"", &reply.entry.proof)}) {
            if (member.key == QByteArrayView(name))
                *target = unescapeJson(member.value);
        }
    });
    const auto *type = std::get_if<JsonType>(&scanned);
    if (!type || *type != JsonType::Object || state.isEmpty())
        reply.failure = Failure::BadJson;
    else if (state != "completed")
        reply.failure = Failure::NotCompleted;
    else if (!isPlain(reply.entry.id) || !isPlain(reply.entry.startedAt) || !isProofText(reply.entry.proof))
        reply.failure = Failure::BadProof;
    if (reply.failure != Failure::None)
        reply.entry = {};
    return reply;
}

QByteArray blockingRequest(const QByteArray &account)
{
    return "{\"account\":" + quoteJson(account) + ",\"wait\":true}";
}

}  // namespace holdline
