// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/callbackledger.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;

namespace {

LedgerEntry entry(CallbackOutcome word, const QByteArray &id = {})
{
    LedgerEntry entry;
    entry.outcome = word;
    entry.upstreamId = id;
    return entry;
}

}  // namespace

class TestCallbackLedger : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsEveryWord();
    void keepsTheLastOnes();
    void withoutCapacityItOnlyCounts();
    void whatCallbacksClaimIsBounded();
};

void TestCallbackLedger::countsEveryWord()
{
    CallbackLedger ledger;
    for (int word = 0; word < kCallbackOutcomeCount; ++word) {
        for (int i = 0; i <= word; ++i)
            ledger.enter(entry(static_cast<CallbackOutcome>(word)));
    }
    for (int word = 0; word < kCallbackOutcomeCount; ++word)
        QCOMPARE(ledger.count(static_cast<CallbackOutcome>(word)), static_cast<std::uint64_t>(word + 1));
}

void TestCallbackLedger::keepsTheLastOnes()
{
    CallbackLedger ledger(3);
    for (int i = 0; i < 10; ++i) {
        ledger.enter(entry(CallbackOutcome::Matched, QByteArray::number(i)));
        QVERIFY(ledger.entries().size() <= 3);
    }
    QCOMPARE(ledger.count(CallbackOutcome::Matched), std::uint64_t(10));
    QCOMPARE(ledger.entries().size(), std::size_t(3));
    QCOMPARE(ledger.entries().front().upstreamId, "7");
    QCOMPARE(ledger.entries().back().upstreamId, "9");
}

void TestCallbackLedger::withoutCapacityItOnlyCounts()
{
    CallbackLedger ledger(0);
    for (int i = 0; i < 5; ++i)
        ledger.enter(entry(CallbackOutcome::Late));
    QVERIFY(ledger.entries().empty());
    QCOMPARE(ledger.count(CallbackOutcome::Late), std::uint64_t(5));
}

/// An upstream id can be as long as a request body, but ten thousand stored ids must need little memory.
void TestCallbackLedger::whatCallbacksClaimIsBounded()
{
    CallbackLedger ledger;
    LedgerEntry big = entry(CallbackOutcome::Mismatched, QByteArray(1'000'000, 'i'));
    big.client = QByteArray(1'000'000, 'c');
    ledger.enter(big);
    const LedgerEntry &kept = ledger.entries().back();
    QCOMPARE(kept.upstreamId, QByteArray(CallbackLedger::kMaxTextLength, 'i'));
    QCOMPARE(kept.client, QByteArray(CallbackLedger::kMaxTextLength, 'c'));
    QVERIFY2(kept.upstreamId.capacity() < 1000, "it holds on to the whole of it");
    ledger.enter(entry(CallbackOutcome::Mismatched, "4499a6e0c2ef4b98"));
    QCOMPARE(ledger.entries().back().upstreamId, "4499a6e0c2ef4b98");
}

HOLDLINE_TEST(TestCallbackLedger)
#include "tst_callbackledger.moc"
