// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/monitorserver/monitorqueries.h"

#include "core/monitormessages/monitorcodec.h"
#include "service/holdline/shards/sharddirectory.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

DeadLetterRow rowOf(const DeadLetter &deadLetter)
{
    DeadLetterRow row;
    row.id = rowText(deadLetter.id);
    row.kind = deadLetter.kind;
    row.at = deadLetter.at;
    row.reason = deadLetter.reason;
    row.job = rowText(deadLetter.job);
    row.account = rowText(deadLetter.account);
    row.client = rowText(deadLetter.peer);
    row.detail = rowText(deadLetter.detail);
    row.bytes = deadLetter.bytes;
    row.cut = deadLetter.cut;
    row.redriven = deadLetter.redriven;
    return row;
}

QString cannotRead(const QString &error)
{
    return u"the store cannot be read: %1"_s.arg(error);
}

/// The reply for a dead letter that was not found.
Reply absent(const Command &command, const DeadLetterService &deadLetters)
{
    const QString error = deadLetters.unreadable();
    return {command.id, false,
            error.isEmpty() ? u"the dead letter does not exist or no longer exists"_s : cannotRead(error)};
}

/// Describes the result of redriving a dead letter that was found.
QString textOf(const DeadLetterService::Redriven &redriven)
{
    using Result = DeadLetterService::Redriven::Result;
    const QJsonObject said = QJsonDocument::fromJson(redriven.answer.body).object();
    switch (redriven.result) {
        case Result::Done:
            return redriven.kind == DeadLetter::Kind::Callback
                       ? u"the callback was accepted: %1"_s.arg(said.value("callback"_L1).toString())
                       : u"a new job was started: %1"_s.arg(
                             QString::fromUtf8(redriven.answer.headers.value("Holdline-Job")));
        case Result::Refused:
            return u"refused with %1 %2"_s.arg(QString::number(redriven.answer.status),
                                               said.value("code"_L1).toString());
        case Result::Cut:
            return u"only the beginning of its body is stored"_s;
        case Result::NotFound:
            break;
    }
    return {};
}

}  // namespace

void MonitorQueries::result(const Command &command, Answer answer)
{
    m_store.find(command.target, [&store = m_store, command, answer = std::move(answer)](const auto &record) {
        Reply reply{command.id, false, {}};
        if (!record && !store.isAvailable()) {
            reply.text = cannotRead(store.errorString());
        } else if (!record) {
            reply.text = u"no result of this job is stored, because it has no key and was not handed over"_s;
        } else if (record->expired) {
            reply.text = u"its result has expired"_s;
        } else if (!record->answer) {
            reply.text = u"the job has not ended"_s;
        } else {
            reply.ok = true;
            reply.text = QString::number(record->answer->status);
            reply.result =
                StoredResult{rowText(record->id), record->answer->status,
                             BodyPart::of(rowText(record->answer->contentType), record->answer->body)};
        }
        answer(reply);
    });
}

void MonitorQueries::journal(const Command &command, JobDirectory &jobs, const Answer &answer)
{
    jobs.find(command.target, [command, answer](const std::optional<JobRecord> &record) {
        Reply reply{command.id, false, {}};
        if (!record) {
            reply.text = u"the job has no journal, because it has no key and was not handed over"_s;
        } else if (record->expired) {
            reply.text = u"its journal has expired"_s;
        } else {
            reply.ok = true;
            reply.text = u"%1 entries"_s.arg(record->journal.entries().size());
            reply.journal =
                StoredJournal{rowText(record->id), record->journal.entries(), record->journal.omitted()};
            for (JournalEntry &entry : reply.journal->entries)
                entry.detail = rowText(entry.detail);
        }
        answer(reply);
    });
}

void MonitorQueries::deadLetters(const Command &command, Answer answer)
{
    m_deadLetters.list({}, DeadLetterService::kMaxListed,
                       [&deadLetters = m_deadLetters, command,
                        answer = std::move(answer)](const std::vector<DeadLetter> &found) {
                           if (const QString error = deadLetters.unreadable();
                               found.empty() && !error.isEmpty()) {
                               answer({command.id, false, cannotRead(error)});
                               return;
                           }
                           Reply reply{command.id, true, u"%1 dead letters"_s.arg(found.size())};
                           auto &rows = reply.deadLetters.emplace();
                           for (std::size_t i = 0; i < std::min(found.size(), kMaxDeadLetters); ++i)
                               rows.push_back(rowOf(found[i]));
                           reply.deadLettersOmitted = found.size() - rows.size();
                           answer(reply);
                       });
}

void MonitorQueries::deadLetter(const Command &command, Answer answer)
{
    m_deadLetters.find(command.target, [&deadLetters = m_deadLetters, command,
                                        answer = std::move(answer)](const auto &found) {
        if (!found) {
            answer(absent(command, deadLetters));
            return;
        }
        Reply reply{command.id, true, QString(name(found->reason))};
        reply.deadLetter = rowOf(*found);
        reply.body = BodyPart::of(rowText(found->contentType), found->body);
        reply.body->size = found->bytes;
        answer(reply);
    });
}

void MonitorQueries::redrive(const Command &command, Answer answer)
{
    m_deadLetters.redrive(command.target, [&deadLetters = m_deadLetters, command,
                                           answer = std::move(answer)](const auto &redriven) {
        using Result = DeadLetterService::Redriven::Result;
        if (redriven.result == Result::NotFound)
            answer(absent(command, deadLetters));
        else
            answer({command.id, redriven.result == Result::Done, textOf(redriven)});
    });
}

void MonitorQueries::discard(const Command &command, Answer answer)
{
    m_deadLetters.discard(command.target, [&deadLetters = m_deadLetters, command, answer = std::move(answer)](
                                              bool found, const QString &error) {
        if (!found)
            answer(absent(command, deadLetters));
        else
            answer({command.id, error.isEmpty(), error.isEmpty() ? u"discarded"_s : error});
    });
}

}  // namespace holdline::monitor
