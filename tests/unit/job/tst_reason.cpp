// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job/problem.h"
#include "core/job/reason.h"
#include "tests/support/suite.h"

#include <QHash>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

#include <array>

using namespace holdline;
using namespace Qt::StringLiterals;

namespace {

struct Documented
{
    Reason reason;
    QLatin1StringView name;
    int status;
};

/// The documented names and statuses, repeated here on purpose: a change in the code must fail this test.
constexpr std::array kDocumented{
    Documented{Reason::Completed, "completed"_L1, 200},
    Documented{Reason::JobFailed, "job_failed"_L1, 200},
    Documented{Reason::PassedThrough, "passed_through"_L1, 200},
    Documented{Reason::StartRejected, "start_rejected"_L1, 400},
    Documented{Reason::UpstreamUnreachable, "upstream_unreachable"_L1, 502},
    Documented{Reason::UpstreamError, "upstream_error"_L1, 502},
    Documented{Reason::StartUnknown, "start_unknown"_L1, 504},
    Documented{Reason::CallbackTimeout, "callback_timeout"_L1, 504},
    Documented{Reason::QueueTimeout, "queue_timeout"_L1, 504},
    Documented{Reason::ClientGone, "client_gone"_L1, 499},
    Documented{Reason::Cancelled, "cancelled"_L1, 503},
    Documented{Reason::Interrupted, "interrupted"_L1, 504},
    Documented{Reason::DrainTimeout, "drain_timeout"_L1, 504},
    Documented{Reason::HandedOver, "handed_over"_L1, 202},
    Documented{Reason::Replayed, "replayed"_L1, 200},
    Documented{Reason::Draining, "draining"_L1, 503},
    Documented{Reason::CircuitOpen, "circuit_open"_L1, 503},
    Documented{Reason::Overloaded, "overloaded"_L1, 503},
    Documented{Reason::DeadlineUnreachable, "deadline_unreachable"_L1, 503},
    Documented{Reason::LaneFull, "lane_full"_L1, 429},
    Documented{Reason::AccountLimit, "account_limit"_L1, 429},
    Documented{Reason::StoreUnavailable, "store_unavailable"_L1, 503},
    Documented{Reason::IdempotencyKeyInvalid, "idempotency_key_invalid"_L1, 400},
    Documented{Reason::IdempotencyKeyReused, "idempotency_key_reused"_L1, 422},
    Documented{Reason::IdempotencyKeyInFlight, "idempotency_key_in_flight"_L1, 409},
    Documented{Reason::Expired, "expired"_L1, 410},
    Documented{Reason::AlreadyEnded, "already_ended"_L1, 409},
    Documented{Reason::InvalidJson, "invalid_json"_L1, 400},
    Documented{Reason::MissingAccount, "missing_account"_L1, 422},
    Documented{Reason::BadRequest, "bad_request"_L1, 400},
    Documented{Reason::RequestTimeout, "request_timeout"_L1, 408},
    Documented{Reason::BodyTooLarge, "body_too_large"_L1, 413},
    Documented{Reason::UnsupportedEncoding, "unsupported_encoding"_L1, 415},
    Documented{Reason::TargetTooLong, "target_too_long"_L1, 414},
    Documented{Reason::HeadersTooLarge, "headers_too_large"_L1, 431},
    Documented{Reason::NotFound, "not_found"_L1, 404},
    Documented{Reason::MethodNotAllowed, "method_not_allowed"_L1, 405},
    Documented{Reason::ExpectationFailed, "expectation_failed"_L1, 417},
    Documented{Reason::NotImplemented, "not_implemented"_L1, 501},
    Documented{Reason::VersionNotSupported, "version_not_supported"_L1, 505},
    Documented{Reason::CallbackUnknown, "unknown"_L1, 404},
    Documented{Reason::CallbackMismatched, "mismatched"_L1, 409},
    Documented{Reason::CallbackMalformed, "malformed"_L1, 400},
    Documented{Reason::CallbackUnauthorised, "unauthorised"_L1, 401},
    Documented{Reason::KeysUnavailable, "keys_unavailable"_L1, 503},
    Documented{Reason::InternalError, "internal_error"_L1, 500},
};

}  // namespace

class TestReason : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachHasItsWordAndStatus();
    void wordsAreUniqueAndPlain();
    void whatFollowsFromEachEnd();
    void traitsDoNotContradictEachOther();
    void problemOfEachReason();
    void problemLeavesOutWhatItDoesNotHave();
    void problemKeepsItsTextInOnePiece();
    void retryAfterRoundsUp_data();
    void retryAfterRoundsUp();
};

void TestReason::eachHasItsWordAndStatus()
{
    QCOMPARE(kDocumented.size(), static_cast<std::size_t>(kReasonCount));
    for (std::size_t i = 0; i < kDocumented.size(); ++i) {
        const auto &[reason, text, status] = kDocumented[i];
        QCOMPARE(static_cast<std::size_t>(reason), i);
        QCOMPARE(name(reason), text);
        QCOMPARE(reasonInfo(reason).status, status);
    }
}

void TestReason::wordsAreUniqueAndPlain()
{
    const QRegularExpression plain(u"^[a-z]+(_[a-z]+)*$"_s);
    QSet<QString> words;
    for (const Documented &documented : kDocumented) {
        const ReasonInfo &info = reasonInfo(documented.reason);
        words.insert(info.name);
        QVERIFY2(plain.match(info.name).hasMatch(), info.name.data());
        QVERIFY(!info.title.isEmpty());
        QVERIFY(QChar(info.title.front()).isUpper());
        QVERIFY2(!info.title.endsWith(QLatin1Char('.')), info.title.data());
    }
    QCOMPARE(words.size(), kReasonCount);
}

/// The documented traits of each reason, repeated here on purpose.
void TestReason::whatFollowsFromEachEnd()
{
    using Trait = EndTrait;
    const QHash<Reason, EndTraits> documented{
        {Reason::Completed, Trait::IsResult},
        {Reason::JobFailed, Trait::IsResult},
        {Reason::StartRejected, Trait::LeavesDeadLetter},
        {Reason::UpstreamUnreachable, Trait::NeverStarted | Trait::LeavesDeadLetter},
        {Reason::UpstreamError, Trait::LeavesDeadLetter},
        {Reason::StartUnknown, Trait::MissesResult | Trait::LeavesDeadLetter},
        {Reason::CallbackTimeout, Trait::MissesResult | Trait::LeavesDeadLetter},
        {Reason::QueueTimeout, Trait::NeverStarted | Trait::LeavesDeadLetter},
        {Reason::ClientGone, Trait::NeverStarted},
        {Reason::Interrupted, Trait::MissesResult | Trait::LeavesDeadLetter},
        {Reason::DrainTimeout, Trait::MissesResult | Trait::LeavesDeadLetter},
        {Reason::Draining, Trait::NeverStarted},
        {Reason::StoreUnavailable, Trait::NeverStarted | Trait::LeavesDeadLetter},
    };
    for (int i = 0; i < kReasonCount; ++i) {
        const auto reason = static_cast<Reason>(i);
        QCOMPARE(reasonInfo(reason).traits.toInt(), documented.value(reason).toInt());
    }
}

void TestReason::traitsDoNotContradictEachOther()
{
    for (int i = 0; i < kReasonCount; ++i) {
        const ReasonInfo &info = reasonInfo(static_cast<Reason>(i));
        const int fates = int(info.has(EndTrait::IsResult)) + int(info.has(EndTrait::MissesResult)) +
                          int(info.has(EndTrait::NeverStarted));
        QVERIFY2(fates <= 1, info.name.data());
        QVERIFY2(!info.has(EndTrait::IsResult) || !info.has(EndTrait::LeavesDeadLetter), info.name.data());
        // When a result may still arrive, an operator should see a dead letter.
        QVERIFY2(!info.has(EndTrait::MissesResult) || info.has(EndTrait::LeavesDeadLetter), info.name.data());
    }
}

void TestReason::problemOfEachReason()
{
    for (const Documented &documented : kDocumented) {
        const Problem problem{documented.reason, u"What to do."_s, "0123abcd", {}};
        const QJsonObject object = QJsonDocument::fromJson(problem.toJson()).object();
        QCOMPARE(object.size(), 6);
        QCOMPARE(object[u"type"_s].toString(), QString(u"urn:holdline:problem:"_s + documented.name));
        QCOMPARE(object[u"title"_s].toString(), QString(reasonInfo(documented.reason).title));
        QCOMPARE(object[u"status"_s].toInt(), documented.status);
        QCOMPARE(object[u"code"_s].toString(), QString(documented.name));
        QCOMPARE(object[u"detail"_s].toString(), u"What to do."_s);
        QCOMPARE(object[u"job"_s].toString(), u"0123abcd"_s);
        QCOMPARE(problem.status(), documented.status);
    }
}

void TestReason::problemLeavesOutWhatItDoesNotHave()
{
    const QJsonObject object =
        QJsonDocument::fromJson(Problem{Reason::NotFound, {}, {}, {}}.toJson()).object();
    QVERIFY(!object.contains(u"detail"_s));
    QVERIFY(!object.contains(u"job"_s));
    QCOMPARE(object.size(), 4);
}

void TestReason::problemKeepsItsTextInOnePiece()
{
    const QString nasty = u"\"quoted\" \\ \r\n <b> \u0007 é \U0001F600"_s;
    const QByteArray json = Problem{Reason::BadRequest, nasty, {}, {}}.toJson();
    QVERIFY(!json.contains('\n'));
    QVERIFY(!json.contains('\r'));
    QVERIFY(!json.contains('\a'));
    QCOMPARE(QJsonDocument::fromJson(json).object()[u"detail"_s].toString(), nasty);
}

void TestReason::retryAfterRoundsUp_data()
{
    QTest::addColumn<qlonglong>("milliseconds");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("negative") << -5000LL << QByteArray("1");
    QTest::newRow("nothing") << 0LL << QByteArray("1");
    QTest::newRow("1 ms") << 1LL << QByteArray("1");
    QTest::newRow("1000 ms") << 1000LL << QByteArray("1");
    QTest::newRow("1001 ms") << 1001LL << QByteArray("2");
    QTest::newRow("an hour") << 3'600'000LL << QByteArray("3600");
}

void TestReason::retryAfterRoundsUp()
{
    QFETCH(const qlonglong, milliseconds);
    QFETCH(const QByteArray, value);
    QCOMPARE(retryAfterSeconds(std::chrono::milliseconds(milliseconds)), value);
}

HOLDLINE_TEST(TestReason)
#include "tst_reason.moc"
