// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/proofmaker.h"

#include "core/base/enumtable.h"
#include "core/proof/proofformat.h"

#include <QCryptographicHash>
#include <QHashFunctions>
#include <QMessageAuthenticationCode>

#include <unordered_set>

namespace holdline {

namespace {

constexpr char kHex[] = "0123456789abcdef";

}  // namespace

QByteArray verdictName(ProofVerdict verdict)
{
    static constexpr EnumTable<ProofVerdict, const char *, 4> kNames({
        {ProofVerdict::Valid, "valid"},
        {ProofVerdict::Forged, "forged"},
        {ProofVerdict::Repeated, "repeated"},
        {ProofVerdict::Unknown, "unknown"},
    });
    return kNames[verdict];
}

ProofMaker::ProofMaker(QByteArray secret, std::uint64_t seed) : m_secret(std::move(secret)), m_random(seed) {}

QByteArray ProofMaker::nextId()
{
    while (true) {
        const QByteArray id = strangeId();
        if (m_ids.insert(id.toULongLong(nullptr, 16), {}))
            return id;
    }
}

QByteArray ProofMaker::strangeId()
{
    // The real server prints the eight random bytes one by one without padding. So one id in three is shorter
    // than 16 digits.
    while (true) {
        std::uint64_t bits = m_random();
        QByteArray id;
        id.reserve(16);
        for (int byte = 0; byte < 8; ++byte, bits >>= 8) {
            if ((bits & 0xf0) != 0)
                id += kHex[(bits >> 4) & 0xf];
            id += kHex[bits & 0xf];
        }
        if (isJobIdText(id) && !m_ids.contains(id.toULongLong(nullptr, 16)))
            return id;
    }
}

QByteArray ProofMaker::proof(const QByteArray &account, const QByteArray &id,
                             const QByteArray &startedAt) const
{
    const QByteArray text = account + '|' + id + '|' + startedAt;
    return QMessageAuthenticationCode::hash(text, m_secret, QCryptographicHash::Sha1).toHex().toUpper();
}

std::vector<ProofVerdict> ProofMaker::judge(const QByteArray &account, const ProofEntries &entries) const
{
    std::unordered_set<QByteArray> seen;
    std::vector<ProofVerdict> verdicts;
    verdicts.reserve(entries.size());
    for (const ProofEntry &entry : entries) {
        ProofVerdict verdict = ProofVerdict::Valid;
        if (entry.proof != proof(account, entry.id, entry.startedAt))
            verdict = ProofVerdict::Forged;
        else if (!seen.insert(entry.id).second)
            verdict = ProofVerdict::Repeated;
        else if (!m_ids.contains(entry.id.toULongLong(nullptr, 16)))
            verdict = ProofVerdict::Unknown;
        verdicts.push_back(verdict);
    }
    return verdicts;
}

}  // namespace holdline
