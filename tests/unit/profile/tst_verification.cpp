// SPDX-License-Identifier: GPL-3.0-or-later
// Verification of callbacks. The test vectors were made with Python's hmac module, the cryptography package
// and `openssl dgst`.
#include "core/profile/profilereader.h"
#include "core/profile/replaywindow.h"
#include "core/profile/signatures.h"
#include "core/profile/verification.h"
#include "tests/support/suite.h"
#include "tests/unit/profile/exchange.h"

#include <QFile>
#include <QJsonDocument>
#include <QTest>

#include <ctime>

using namespace holdline;
using namespace holdline::profile;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QByteArray kBody = R"({"event":"done","id":"j-1"})";
const Secrets kSecrets{
    {"key", "It is a secret"},
    {"keys", "another\nIt is a secret\r\n\n"},
    {"hex", "4974206973206120736563726574"},
    {"base64", "whsec_SXQgaXMgYSBzZWNyZXQ="},
    {"stripe", "whsec_test"},
    {"k", "k"},
    {"user", "operator:pass:word"},
    {"public", "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="},
    {"empty", "\n"},
};
constexpr WallTime kNow(1'773'500'966s);

/// Returns a profile with these fields in its verify table.
QByteArray withRule(const QByteArray &fields)
{
    return "name = \"t\"\n[start]\ncallback = \"body:/c\"\n[callback]\ncompleted = "
           "\"*\"\n[callback.verify]\n" +
           fields;
}

VerifyRule rule(const QByteArray &fields)
{
    const Profile profile = profileFrom(withRule(fields));
    return profile.callback ? profile.callback->verify.value_or(VerifyRule()) : VerifyRule();
}

/// Returns the error text; empty when the callback is verified.
QString check(const VerifyRule &rule, const HeaderFields &headers, const QByteArray &body = kBody,
              WallTime now = kNow, const QByteArray &peer = "192.0.2.7", const PublicKeys *keys = nullptr)
{
    MessageView message;
    message.headers = headers;
    message.body = body;
    VerificationContext context;
    context.secrets = &kSecrets;
    context.now = now;
    context.peer = peer;
    context.keySet = keys;
    const auto verified = verifyCallback(rule, message, context);
    const auto *forged = std::get_if<Forged>(&verified);
    return forged ? forged->text : QString();
}

}  // namespace

class TestVerification : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fits_data();
    void fits();
    void isForged_data();
    void isForged();
    void standardWebhooksVector();
    void tolerance();
    void timesWithoutAZone();
    void secretAndBasic();
    void addresses();
    void addressRanges_data();
    void addressRanges();
    void keySets_data();
    void keySets();
    void primitives();
    void boundsWhatItTries();
    void replayKeys();
    void replayWindow();
    void saysWhichSecretsAreUnusable();
};

void TestVerification::fits_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char *name, const QByteArray &fields, const QByteArray &value) {
        QTest::newRow(name) << fields + "\nat = \"header:X-Sig\"" << value;
    };
    const QByteArray sha256 = "19806dfb7d9ae13a27733f8fcbb691f2479ac174171b49cff1fec90682f162a7";
    row("sha1 hex", R"(scheme="hmac-sha1"
secret="key")",
        "dbf0608d4b5c31c0049bb2e9b352af0aa804b536");
    row("sha256 hex", R"(scheme="hmac-sha256"
secret="key")",
        sha256);
    row("upper case hex", R"(scheme="hmac-sha256"
secret="key")",
        sha256.toUpper());
    row("sha512 base64", R"(scheme="hmac-sha512"
secret="key"
encoding="base64")",
        "iyTpaoYrESGoFn8l8IOFlKsM8wsx9nH/tX+oWJFqYuuxdM3GNTQopLcxSsU183FuM6Y3ELii7SmlqBwORqSmXw==");
    row("base64url", R"(scheme="hmac-sha256"
secret="key"
encoding="base64url")",
        "GYBt-32a4Toncz-Py7aR8keawXQXG0nP8f7JBoLxYqc");
    row("prefix", R"(scheme="hmac-sha256"
secret="key"
prefix="sha256=")",
        "sha256=" + sha256);
    row("several signatures", R"(scheme="hmac-sha256"
secret="key"
prefix="v1,"
separator=" ")",
        "v1,00 v2,zz v1," + sha256);
    row("several keys in a file", R"(scheme="hmac-sha256"
secret="keys")",
        sha256);
    row("several files", R"(scheme="hmac-sha256"
secret=["missing", "stripe", "key"])",
        sha256);
    row("key in hex", R"(scheme="hmac-sha256"
secret="hex"
key_format="hex")",
        sha256);
    row("key in base64", R"(scheme="hmac-sha256"
secret="base64"
key_format="base64")",
        sha256);
    row("time in the header", R"(scheme="hmac-sha256"
secret="stripe"
separator=","
prefix="v1="
timestamp_prefix="t="
signed="{timestamp}.{body}")",
        "t=1773500966,v0=1,v1=a8e2f4ffedec25d9bf3f1c91a88a8140ce1f32b2c8cd2983a47e29d99b8abcc7");
    row("hash of the body", R"(scheme="hmac-sha256"
secret="k"
signed="1.{sha256:body}")",
        "f0924f3b1af51de534294bb937b6186dedd4c9056b2f33f8e0049a73f45d9142");
    row("ed25519", R"(scheme="ed25519"
secret="public"
key_format="base64")",
        "5cec629cdbe4577bb23c7b847e435655efff97a22daa70a04c63b44f7cc76981940f22dfd611c7224e34e2f88cad703ea0ac"
        "865063ad2e"
        "f14e47c2f6da13a90b");
}

void TestVerification::fits()
{
    QFETCH(const QByteArray, fields);
    QFETCH(const QByteArray, value);
    const VerifyRule verify = rule(fields);
    QCOMPARE(check(verify, {{"X-Sig", value}}), QString());
    QCOMPARE(check(verify, {{"X-Sig", value}}, kBody + " "), u"the signature does not fit"_s);
    // The signature is wrong as soon as one character is changed.
    for (qsizetype i = 1; i <= 8; ++i) {
        QByteArray changed = value;
        char &c = changed[changed.size() - i];
        c = c == '1' ? '2' : '1';
        QVERIFY2(!check(verify, {{"X-Sig", changed}}).isEmpty(), changed.constData());
    }
}

void TestVerification::isForged_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("says");
    const QByteArray plain = "scheme=\"hmac-sha256\"\nsecret=\"key\"\nat=\"header:X-Sig\"\n";
    const auto row = [](const char *name, const QByteArray &fields, const QByteArray &value,
                        const QString &says) { QTest::newRow(name) << fields << value << says; };
    row("no hex", plain, "xyz", u"prefix and encoding"_s);
    row("odd hex", plain, "123", u"prefix and encoding"_s);
    row("empty", plain, "", u"does not fit"_s);
    row("too short", plain, "1980", u"does not fit"_s);
    row("invalid base64", plain + "encoding=\"base64\"", "====", u"prefix and encoding"_s);
    row("no prefix", plain + "prefix=\"sha256=\"",
        "19806dfb7d9ae13a27733f8fcbb691f2479ac174171b49cff1fec90682f162a7", u"prefix and encoding"_s);
    row("no id", plain + "id=\"header:X-Id\"", "00", u"no message id at header:X-Id"_s);
    row("no time", plain + "timestamp=\"header:X-Time\"", "00", u"no timestamp at header:X-Time"_s);
    row("no time beside", plain + "separator=\",\"\ntimestamp_prefix=\"t=\"", "v1=00",
        u"no timestamp beside"_s);
    row("wrong time", plain + "timestamp=\"header:X-Sig\"", "yesterday", u"no time"_s);
    row("no key", "scheme=\"hmac-sha256\"\nsecret=\"nobody\"\nat=\"header:X-Sig\"", "00", u"no key"_s);
    row("empty key", "scheme=\"hmac-sha256\"\nsecret=\"empty\"\nat=\"header:X-Sig\"", "00", u"no key"_s);
    row("no key set", "scheme=\"ed25519\"\njwks=\"https://a.example/\"\nat=\"header:X-Sig\"", "00",
        u"key set has not been fetched"_s);
    row("signed text is not there", plain + "signed=\"{header:X-Other}\"", "00", u"incomplete"_s);
}

void TestVerification::isForged()
{
    QFETCH(const QByteArray, fields);
    QFETCH(const QByteArray, value);
    QFETCH(const QString, says);
    const QString text = check(rule(fields), {{"X-Sig", value}});
    QVERIFY2(text.contains(says), qPrintable(text));
    QVERIFY(check(rule(fields), {}).contains(u"no signature at header:X-Sig"_s));
}

void TestVerification::standardWebhooksVector()
{
    QFile file(QStringLiteral(HOLDLINE_SOURCE_DIR "/tests/unit/profile/standard-webhooks.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonObject vector = QJsonDocument::fromJson(file.readAll()).object();
    const auto text = [&vector](QLatin1StringView name) { return vector[name].toString().toUtf8(); };
    const Secrets secrets{{"webhook", text("secret"_L1)}};
    const QByteArray body = text("body"_L1);
    HeaderFields headers;
    for (const auto name : {"webhook-id"_L1, "webhook-timestamp"_L1, "webhook-signature"_L1})
        headers.emplace_back(QByteArray(name.data(), name.size()), text(name));
    VerifyRule verify = rule("scheme = \"standard-webhooks\"\nsecret = \"webhook\"");
    VerificationContext context;
    context.secrets = &secrets;
    context.now = WallTime(1'614'265'330s);
    MessageView message;
    message.headers = headers;
    message.body = body;
    QVERIFY(std::holds_alternative<Verified>(verifyCallback(verify, message, context)));
    context.now += 301s;
    QVERIFY(std::holds_alternative<Forged>(verifyCallback(verify, message, context)));
    context.now -= 602s;
    QVERIFY(std::holds_alternative<Forged>(verifyCallback(verify, message, context)));
    context.now += 301s;
    headers[0].second += "x";
    message.headers = headers;
    QVERIFY(std::holds_alternative<Forged>(verifyCallback(verify, message, context)));
}

void TestVerification::tolerance()
{
    const QByteArray fields = R"(scheme="hmac-sha256"
secret="stripe"
at="header:X-Sig"
separator=","
prefix="v1="
timestamp_prefix="t="
signed="{timestamp}.{body}"
)";
    const HeaderFields headers{
        {"X-Sig", "t=1773500966,v1=a8e2f4ffedec25d9bf3f1c91a88a8140ce1f32b2c8cd2983a47e29d99b8abcc7"}};
    QCOMPARE(check(rule(fields), headers, kBody, kNow + 5min), QString());
    QVERIFY(check(rule(fields), headers, kBody, kNow + 5min + 1ms).contains(u"300 s away"_s));
    QVERIFY(!check(rule(fields), headers, kBody, kNow - 6min).isEmpty());
    QCOMPARE(check(rule(fields + "tolerance = \"10m\""), headers, kBody, kNow - 6min), QString());
    QCOMPARE(check(rule(fields + "tolerance = \"off\""), headers, kBody, kNow + 9000h), QString());
}

void TestVerification::secretAndBasic()
{
    const VerifyRule secret =
        rule("scheme=\"secret\"\nsecret=\"keys\"\nat=\"header:X-Key\"\nprefix=\"Bearer \"");
    QCOMPARE(check(secret, {{"X-Key", "Bearer It is a secret"}}), QString());
    QCOMPARE(check(secret, {{"X-Key", "Bearer another"}}), QString());
    QVERIFY(!check(secret, {{"X-Key", "It is a secret"}}).isEmpty());
    QVERIFY(!check(secret, {{"X-Key", "Bearer It is a secre"}}).isEmpty());
    QVERIFY(!check(secret, {{"X-Key", "Bearer "}}).isEmpty());
    QVERIFY(!check(secret, {}).isEmpty());
    const VerifyRule basic = rule("scheme=\"basic\"\nsecret=\"user\"");
    const QByteArray right = "operator:pass:word"_ba.toBase64();
    QCOMPARE(check(basic, {{"Authorization", "basic  " + right}}), QString());
    QVERIFY(!check(basic, {{"Authorization", "Bearer " + right}}).isEmpty());
    QVERIFY(!check(basic, {{"Authorization", right}}).isEmpty());
    QVERIFY(!check(basic, {{"Authorization", "Basic !!"}}).isEmpty());
    QVERIFY(!check(basic, {{"Authorization", "Basic " + "operator:x"_ba.toBase64()}}).isEmpty());
}

void TestVerification::addresses()
{
    const VerifyRule only = rule("scheme=\"addresses\"\naddresses=[\"192.0.2.0/24\", \"2001:db8::/32\"]");
    QCOMPARE(check(only, {}), QString());
    QCOMPARE(check(only, {}, kBody, kNow, "2001:db8::1"), QString());
    QVERIFY(!check(only, {}, kBody, kNow, "192.0.3.7").isEmpty());
    QVERIFY(!check(only, {}, kBody, kNow, "").isEmpty());
    const VerifyRule both =
        rule("scheme=\"secret\"\nsecret=\"key\"\nat=\"header:X-Key\"\naddresses=\"192.0.2.7\"");
    QCOMPARE(check(both, {{"X-Key", "It is a secret"}}), QString());
    QVERIFY(!check(both, {{"X-Key", "It is a secret"}}, kBody, kNow, "192.0.2.8").isEmpty());
    QVERIFY(!check(both, {{"X-Key", "no"}}).isEmpty());
}

void TestVerification::addressRanges_data()
{
    QTest::addColumn<QByteArray>("range");
    QTest::addColumn<QByteArray>("inside");  // empty when the range is invalid
    QTest::addColumn<QByteArray>("outside");
    const auto row = [](const char *range, const char *inside, const char *outside) {
        QTest::newRow(range) << QByteArray(range) << QByteArray(inside) << QByteArray(outside);
    };
    row("192.0.2.0/24", "192.0.2.255", "192.0.3.0");
    row("192.0.2.128/25", "192.0.2.128", "192.0.2.127");
    row("192.0.2.7", "192.0.2.7", "192.0.2.6");
    row("0.0.0.0/0", "203.0.113.1", "2001:db8::1");
    row("::/0", "2001:db8::1", "x");
    row("2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::");
    row("::ffff:192.0.2.0/120", "192.0.2.9", "192.0.3.9");
    row("::1", "::1", "::2");
    row("192.0.2.1/24", "", "");
    row("192.0.2.0/33", "", "");
    row("192.0.2.0/", "", "");
    row("192.0.2.0/+4", "", "");
    row("192.0.2", "", "");
    row("example.org", "", "");
    row("", "", "");
}

void TestVerification::addressRanges()
{
    QFETCH(const QByteArray, range);
    QFETCH(const QByteArray, inside);
    QFETCH(const QByteArray, outside);
    const QByteArray fields = "scheme=\"addresses\"\naddresses=[\"" + range + "\"]";
    if (inside.isEmpty()) {
        QVERIFY(std::holds_alternative<QStringList>(readProfile(withRule(fields), u"t.toml"_s)));
        return;
    }
    const VerifyRule ranges = rule(fields);
    const auto accepts = [&ranges](const QByteArray &peer) {
        return check(ranges, {}, kBody, kNow, peer).isEmpty();
    };
    QVERIFY(accepts(inside));
    QVERIFY(!accepts(outside));
    QVERIFY(!accepts(inside + '\0'));
    if (!inside.contains(':'))
        QVERIFY(accepts("::ffff:" + inside));
}

void TestVerification::keySets_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("keys");  // 0 when refused
    const QByteArray key =
        R"({"kty":"OKP","crv":"Ed25519","x":"A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"})";
    const auto row = [](const char *name, const QByteArray &text, int keys) {
        QTest::newRow(name) << text << keys;
    };
    row("one", R"({"keys":[)" + key + "]}", 1);
    row("others are left out",
        R"({"keys":[{"kty":"RSA"},7,null,)" + key + R"(,{"kty":"OKP","crv":"X25519"}]})", 1);
    row("for encryption",
        R"({"keys":[)" + QByteArray(key).replace("\"kty\"", "\"use\":\"enc\",\"kty\"") + "]}", 0);
    row("too short", R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]})", 0);
    row("x is a number", R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":7}]})", 0);
    row("sixteen", R"({"keys":[)" + (key + ',').repeated(15) + key + "]}", 16);
    row("seventeen", R"({"keys":[)" + (key + ',').repeated(16) + key + "]}", 0);
    row("no list", R"({"keys":{}})", 0);
    row("no object", "[]", 0);
    row("two lists", R"({"keys":[)" + key + R"(],"keys":[]})", 0);
    row("not JSON", "<html>", 0);
    row("empty", R"({"keys":[]})", 0);
    row("too large", QByteArray(70'000, ' ') + R"({"keys":[)" + key + "]}", 0);
}

void TestVerification::keySets()
{
    QFETCH(const QByteArray, text);
    QFETCH(const int, keys);
    const auto parsed = parseKeySet(text);
    const auto *found = std::get_if<PublicKeys>(&parsed);
    QCOMPARE(found ? static_cast<int>(found->size()) : 0, keys);
    if (!found)
        return;
    const VerifyRule verify =
        rule("scheme=\"ed25519\"\njwks=\"https://a.example/\"\nat=\"header:X-Sig\"\nencoding=\"base64\"");
    const QByteArray signature =
        "XOxinNvkV3uyPHuEfkNWVe//l6ItqnCgTGO0T3zHaYGUDyLf1hHHIk404viMrXA+oKyGUGOtLvFOR8L22hOpCw==";
    QCOMPARE(check(verify, {{"X-Sig", signature}}, kBody, kNow, "", found), QString());
    QVERIFY(!check(verify, {{"X-Sig", signature}}, kBody + "x", kNow, "", found).isEmpty());
}

void TestVerification::primitives()
{
    using Scheme = VerifyRule::Scheme;
    QCOMPARE(hmac(Scheme::HmacSha1, "", "x").toHex(), "6244e66451a1c8695db9731ce2c4fd5de25ccf87");
    // RFC 4231, test case 2.
    QCOMPARE(hmac(Scheme::HmacSha256, "Jefe", "what do ya want for nothing?").toHex(),
             "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    QVERIFY(hmac(Scheme::Ed25519, "k", "x").isEmpty());
    // RFC 8032, 7.1, test 1: an empty message.
    const auto hex = [](const char *text) { return QByteArray::fromHex(text); };
    const QByteArray key = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    const QByteArray signature =
        hex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595b"
            "be24655141438e7a100b");
    QVERIFY(verifyEd25519(key, "", signature));
    QVERIFY(!verifyEd25519(key, "x", signature));
    QVERIFY(!verifyEd25519(key, "", signature.chopped(1)));
    QVERIFY(!verifyEd25519(key.chopped(1), "", signature));
    QVERIFY(sameSecret("abc", "abc"));
    QVERIFY(!sameSecret("abc", "abcd"));
    QVERIFY(!sameSecret("abc", ""));
    QCOMPARE(decodeKey("whpk_A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=", VerifyRule::KeyFormat::Base64),
             hex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"));
    QVERIFY(decodeKey("not base64!", VerifyRule::KeyFormat::Base64).isEmpty());
}

void TestVerification::boundsWhatItTries()
{
    const VerifyRule verify =
        rule("scheme=\"hmac-sha256\"\nsecret=\"key\"\nat=\"header:X-Sig\"\nseparator=\" \"\nprefix=\"v1,\"");
    const QByteArray right = "v1,19806dfb7d9ae13a27733f8fcbb691f2479ac174171b49cff1fec90682f162a7";
    QCOMPARE(check(verify, {{"X-Sig", QByteArray("v1,00 ").repeated(15) + right}}), QString());
    QVERIFY(!check(verify, {{"X-Sig", QByteArray("v1,00 ").repeated(16) + right}}).isEmpty());
    const VerifyRule twilio = rule("scheme=\"twilio\"\nsecret=\"key\"");
    MessageView message;
    const HeaderFields headers{{"X-Twilio-Signature", "AAAA"}};
    message.headers = headers;
    const QByteArray body = QByteArray("a=1&").repeated(10'000);
    message.body = body;
    VerificationContext context;
    context.secrets = &kSecrets;
    context.url = "https://h.example/";
    const auto verified = verifyCallback(twilio, message, context);
    QVERIFY(std::get<Forged>(verified).text.contains(u"too many fields"_s));
}

/// When the body is not signed, equal signed texts do not make a replay: the key also covers the body.
void TestVerification::replayKeys()
{
    const VerifyRule verify =
        rule("scheme=\"hmac-sha256\"\nsecret=\"k\"\nat=\"header:X-Sig\"\nsigned=\"{header:X-Time}\"");
    VerificationContext context;
    context.secrets = &kSecrets;
    const HeaderFields headers{{"X-Sig", hmac(VerifyRule::Scheme::HmacSha256, "k", "1").toHex()},
                               {"X-Time", "1"}};
    const auto keyOf = [&](QByteArrayView body) {
        MessageView message;
        message.headers = headers;
        message.body = body;
        return std::get<Verified>(verifyCallback(verify, message, context)).replayKey;
    };
    QCOMPARE(keyOf("a").size(), 32);
    QCOMPARE(keyOf("a"), keyOf("a"));
    QVERIFY(keyOf("a") != keyOf("b"));
}

void TestVerification::replayWindow()
{
    ReplayWindow window(3, 10s);
    const TimePoint start{};
    QCOMPARE(window.see("a", "job 1", start), Sighting::New);
    QCOMPARE(window.see("a", "job 1", start + 1s), Sighting::Repeated);
    QCOMPARE(window.see("a", "job 2", start + 1s), Sighting::Replayed);
    // The callback still belongs to the job that accepted it first.
    QCOMPARE(window.see("a", "job 1", start + 1s), Sighting::Repeated);
    QCOMPARE(window.see("", "job 1", start), Sighting::New);
    QCOMPARE(window.see("", "job 1", start), Sighting::New);
    QCOMPARE(window.see("b", "job 1", start + 2s), Sighting::New);
    QCOMPARE(window.see("c", "job 1", start + 2s), Sighting::New);
    QCOMPARE(window.size(), 3);
    QCOMPARE(window.see("d", "job 1", start + 2s), Sighting::New);  // a is dropped
    QCOMPARE(window.size(), 3);
    QCOMPARE(window.see("a", "job 2", start + 2s), Sighting::New);  // b is dropped
    QCOMPARE(window.see("d", "job 1", start + 12s), Sighting::Repeated);
    QCOMPARE(window.see("d", "job 2", start + 12s + 1ms), Sighting::New);
    QCOMPARE(window.size(), 1);
    window.forget("d");
    window.forget("unknown");
    QCOMPARE(window.see("d", "job 1", start + 13s), Sighting::New);
    window.forget("d");
    QCOMPARE(window.size(), 0);
}

/// A time without a zone is read as UTC, whatever the time zone of this machine is.
void TestVerification::timesWithoutAZone()
{
    const QByteArray zone = qgetenv("TZ");
    qputenv("TZ", "America/New_York");
    tzset();
    const auto bare = timeOf("2026-03-01T12:00:00.250");
    const auto given = timeOf("2026-03-01T12:00:00.250Z");
    const auto offset = timeOf("2026-03-01T13:00:00.250+01:00");
    zone.isNull() ? qunsetenv("TZ") : qputenv("TZ", zone);
    tzset();
    QVERIFY(bare && given && offset);
    QCOMPARE(bare->time_since_epoch().count(), given->time_since_epoch().count());
    QCOMPARE(offset->time_since_epoch().count(), given->time_since_epoch().count());
}

void TestVerification::saysWhichSecretsAreUnusable()
{
    QCOMPARE(unusableSecrets(rule("scheme=\"hmac-sha1\"\nsecret=\"key\"\nat=\"header:A\""), kSecrets),
             QStringList());
    // unusableSecrets() ignores missing secrets, because the loader of routes reports them.
    QCOMPARE(unusableSecrets(rule("scheme=\"hmac-sha1\"\nsecret=\"no\"\nat=\"header:A\""), kSecrets),
             QStringList());
    QVERIFY(unusableSecrets(rule("scheme=\"hmac-sha1\"\nsecret=\"key\"\nkey_format=\"hex\"\nat=\"header:A\""),
                            kSecrets)
                .value(0)
                .contains(u"not hex as the profile's key_format"_s));
    QVERIFY(unusableSecrets(rule("scheme=\"ed25519\"\nsecret=\"hex\"\nkey_format=\"hex\"\nat=\"header:A\""),
                            kSecrets)
                .value(0)
                .contains(u"no Ed25519 public key"_s));
}

HOLDLINE_TEST(TestVerification)
#include "tst_verification.moc"
