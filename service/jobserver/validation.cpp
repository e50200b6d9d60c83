// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/validation.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <array>

namespace holdline {

using namespace Qt::StringLiterals;

std::variant<QByteArray, RequestError> judgeBlock(const ProofMaker &proofs, const QByteArray &target,
                                                  const QByteArray &body)
{
    const auto parsed = parseValidateRequest(target, body);
    if (const auto *error = std::get_if<RequestError>(&parsed))
        return *error;
    const auto &[account, block] = std::get<ValidateRequest>(parsed);
    const auto decoded = decodeProofBlock(findProofBlock(block));
    if (const auto *error = std::get_if<QString>(&decoded))
        return RequestError{400, u"the proof block cannot be read: "_s + *error};
    const auto &entries = std::get<ProofEntries>(decoded);
    const std::vector<ProofVerdict> verdicts = proofs.judge(account, entries);

    QJsonArray list;
    std::array<int, 4> counts{};
    for (std::size_t i = 0; i < entries.size(); ++i) {
        ++counts[static_cast<std::size_t>(verdicts[i])];
        list.append(QJsonObject{{u"id"_s, QString::fromUtf8(entries[i].id)},
                                {u"verdict"_s, QString::fromLatin1(verdictName(verdicts[i]))}});
    }
    QJsonObject object{{u"account"_s, QString::fromUtf8(account)}, {u"entries"_s, list}};
    for (std::size_t i = 0; i < counts.size(); ++i)
        object.insert(QString::fromLatin1(verdictName(static_cast<ProofVerdict>(i))), counts[i]);
    object.insert(u"ok"_s, !entries.empty() && counts[0] == static_cast<int>(entries.size()));
    return QJsonDocument(object).toJson();
}

}  // namespace holdline
