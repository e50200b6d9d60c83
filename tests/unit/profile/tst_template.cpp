// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/template.h"
#include "tests/support/suite.h"

#include <QTest>

using namespace holdline;
using namespace holdline::profile;
using namespace Qt::StringLiterals;
using Position = Template::Position;

Q_DECLARE_METATYPE(Position)

class TestTemplate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void renders_data();
    void renders();
    void refuses_data();
    void refuses();
    void tellsWhatIsMissing_data();
    void tellsWhatIsMissing();
    void hostileValuesStayInside();
    void formatsTimes_data();
    void formatsTimes();
    void saysWhatItUses();

private:
    static TemplateValues values();
};

TemplateValues TestTemplate::values()
{
    static const Secrets kSecrets{{"key", "s3cret"}, {"two", "current\nformer\n"}};
    static const HeaderFields kHeaders{{"X-A", "head"}};
    static MessageView message;
    message.headers = kHeaders;
    message.body = R"({"n":12,"s":"a\"b","o":{}})";
    message.query = "q=%22%2C%0d%0a&n=1.5e3";
    static MessageReader reader(message);
    TemplateValues values;
    values.callback = "https://h.example/callback/T";
    values.upstream = "https://u.example/v1";
    values.rest = "/x%20y";
    values.job = "a/b c?";
    values.token = "T";
    values.uuid = "0-1";
    values.location = "https://u.example/jobs/1?a=b";
    values.now = WallTime(std::chrono::milliseconds(1'773'500'966'007));
    values.secrets = &kSecrets;
    values.message = &reader;
    return values;
}

void TestTemplate::renders_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<Position>("position");
    QTest::addColumn<QByteArray>("out");
    const auto row = [](const char *text, Position position, const char *out) {
        QTest::newRow(text) << QString::fromUtf8(text) << position << QByteArray(out);
    };
    row("", Position::Plain, "");
    row("plain ä", Position::Plain, "plain ä");
    row("{{x}}", Position::Plain, "{x}");
    row("{{{token}}}", Position::Plain, "{T}");
    row("{callback}/done", Position::Plain, "https://h.example/callback/T/done");
    row("{upstream}{rest}/{job}", Position::Url, "https://u.example/v1/x%20y/a%2Fb%20c%3F");
    row("{location}&t={token}", Position::Url, "https://u.example/jobs/1?a=b&t=T");
    row("{upstream}?cb={callback}", Position::Url,
        "https://u.example/v1?cb=https%3A%2F%2Fh.example%2Fcallback%2FT");
    row("{uuid}", Position::Header, "0-1");
    row("{secret:key}", Position::Plain, "s3cret");
    row("{secret:two}", Position::Plain, "current");
    row("{now:yyyyMMddHHmmss}", Position::Plain, "20260314150926");
    row("{header:x-a}", Position::Header, "head");
    row("{body:/n}-{body:/s}", Position::Plain, "12-a\"b");
    row("{body}", Position::Plain, R"({"n":12,"s":"a\"b","o":{}})");
    row("{sha256:body}", Position::Plain, "8fcd2af6a4eb6c04f0d17fd25032d567a5af639dbea894fce6679c3be60ba143");
    row("{base64:a{token}}", Position::Plain, "YVQ=");
    row("{base64:token}", Position::Plain, "VA==");
    row("{base64:user:{secret:key}}", Position::Plain, "dXNlcjpzM2NyZXQ=");
    row("{base64:a{token}}", Position::Url, "YVQ%3D");
    row("{percent:{callback}}", Position::Plain, "https%3A%2F%2Fh.example%2Fcallback%2FT");
    row("{percent:callback}", Position::Url, "https%3A%2F%2Fh.example%2Fcallback%2FT");
    row("{base64:{percent:{base64:{token}}}}", Position::Plain, "VkElM0QlM0Q=");
    row("{base64:{{\"a\":{percent:{token}}}}}", Position::Plain, "eyJhIjoiVCJ9");  // {"a":"T"}
    row("{number:query:n}", Position::Plain, "1.5e3");
    row("{base64:[{{\"u\":\"{body:/s}\",\"v\":{body:/s}}}]}", Position::Plain,
        "W3sidSI6ImFcImIiLCJ2IjoiYVwiYiJ9XQ==");  // [{"u":"a\"b","v":"a\"b"}]
}

void TestTemplate::renders()
{
    QFETCH(const QString, text);
    QFETCH(const Position, position);
    QFETCH(const QByteArray, out);
    const auto parsed = Template::parse(text);
    if (const auto *error = std::get_if<QString>(&parsed))
        QFAIL(qPrintable(*error));
    const auto rendered = std::get<Template>(parsed).render(values(), position);
    if (const auto *error = std::get_if<QString>(&rendered))
        QFAIL(qPrintable(*error));
    QCOMPARE(std::get<QByteArray>(rendered), out);
}

void TestTemplate::refuses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    const auto row = [](const QString &text, const char *says) {
        QTest::newRow(qPrintable(text.left(40))) << text << QString::fromUtf8(says);
    };
    row(u"{"_s, "not closed");
    row(u"a}"_s, "closing brace");
    row(u"{}"_s, "nothing is called");
    row(u"{callbak}"_s, "Did you mean callback?");
    row(u"{base64:x"_s, "not closed");
    row(u"{base64:}"_s, "empty");
    row(u"{base64:{percent:{base64:{percent:{base64:x}}}}}"_s, "inside each other");
    row(u"{now:YYYY}"_s, "yyyy");
    row(u"{now:}"_s, "yyyy");
    row(u"{secret:}"_s, "name of a secret");
    row(u"{number:x}"_s, "nothing is called {x}");
    row(u"{body:x}"_s, "nothing is called {body:x}");
    row(u"{token}"_s.repeated(100), "at most 64");
    row(u"x"_s.repeated(5000), "4096");
}

void TestTemplate::refuses()
{
    QFETCH(const QString, text);
    QFETCH(const QString, says);
    const auto parsed = Template::parse(text);
    QVERIFY(std::holds_alternative<QString>(parsed));
    QVERIFY2(std::get<QString>(parsed).contains(says), qPrintable(std::get<QString>(parsed)));
}

void TestTemplate::tellsWhatIsMissing_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *text, const char *says) {
        QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(says);
    };
    row("{job}", "no {job}");
    row("{callback}", "no {callback}");
    row("{upstream}", "no {upstream}");
    row("{secret:key}", "the secret \"key\" is missing");
    row("{body:/a}", "nothing at body:/a");
    row("{base64:{query:a}}", "nothing at query:a");
    row("{number:body:/t}", "not a number");
    row("{number:body:/space}", "not a number");
}

void TestTemplate::tellsWhatIsMissing()
{
    QFETCH(const QString, text);
    QFETCH(const QString, says);
    MessageView message;
    message.body = R"({"t":"1,2","space":" 1"})";
    MessageReader reader(message);
    TemplateValues values;
    values.message = &reader;
    const auto rendered = std::get<Template>(Template::parse(text)).render(values, Position::Plain);
    QVERIFY(std::holds_alternative<QString>(rendered));
    QVERIFY2(std::get<QString>(rendered).contains(says), qPrintable(std::get<QString>(rendered)));
    values.message = nullptr;
    QVERIFY(std::holds_alternative<QString>(
        std::get<Template>(Template::parse(u"{body}")).render(values, Position::Plain)));
}

void TestTemplate::hostileValuesStayInside()
{
    const auto render = [](QStringView text, Position position) {
        return std::get<Template>(Template::parse(text)).render(values(), position);
    };
    // query:q is `",` and a line end.
    QVERIFY(std::holds_alternative<QString>(render(u"{query:q}", Position::Header)));
    QCOMPARE(std::get<QByteArray>(render(u"{upstream}?a={query:q}", Position::Url)),
             "https://u.example/v1?a=%22%2C%0D%0A");
    QCOMPARE(QByteArray::fromBase64(
                 std::get<QByteArray>(render(u"{base64:{{\"a\":\"{query:q}\"}}}", Position::Plain))),
             R"({"a":"\",\u000d\u000a"})");
    MessageView message;
    message.query = "a=%FF";
    MessageReader reader(message);
    TemplateValues invalid;
    invalid.message = &reader;
    const auto rendered = std::get<Template>(Template::parse(u"{base64:{{\"a\":\"{query:a}\"}}}"))
                              .render(invalid, Position::Plain);
    QVERIFY(std::holds_alternative<QString>(rendered));
}

void TestTemplate::formatsTimes_data()
{
    QTest::addColumn<QByteArray>("format");
    QTest::addColumn<QByteArray>("out");
    QTest::newRow("digits") << "yyyyMMddHHmmss"_ba
                            << "20260314150926"_ba;
    QTest::newRow("parts") << "dd.MM.yyyy HH:mm:ss.zzz"_ba
                           << "14.03.2026 15:09:26.007"_ba;
    QTest::newRow("iso") << "iso"_ba
                         << "2026-03-14T15:09:26Z"_ba;
    QTest::newRow("unix") << "unix"_ba
                          << "1773500966"_ba;
    QTest::newRow("unix-ms") << "unix-ms"_ba
                             << "1773500966007"_ba;
    QTest::newRow("letters") << "yyyy-x"_ba
                             << "none"_ba;
    QTest::newRow("empty") << ""_ba
                           << "none"_ba;
}

void TestTemplate::formatsTimes()
{
    QFETCH(const QByteArray, format);
    QFETCH(const QByteArray, out);
    QCOMPARE(formatTime(values().now, format).value_or("none"), out);
}

void TestTemplate::saysWhatItUses()
{
    using Use = Template::Use;
    const auto parse = [](QStringView text) { return std::get<Template>(Template::parse(text)); };
    const Template text = parse(u"{base64:{job}{secret:a}{percent:{now:unix}}}{body:/x}{rest}");
    QCOMPARE(text.uses(), Use::Job | Use::Secret | Use::Now | Use::Message | Use::Upstream);
    QCOMPARE(text.secretNames(), QStringList{u"a"_s});
    QCOMPARE(text.locators().size(), 1u);
    QVERIFY(!text.loneBodyLocator());
    QVERIFY(parse(u"{body:/x}").loneBodyLocator());
    QVERIFY(!parse(u"{body:/x} ").loneBodyLocator());
    QVERIFY(!parse(u"{query:x}").loneBodyLocator());
    QVERIFY(parse(u"{number:query:x}").isNumber());
    QVERIFY(parse(u"{location}").beginsAtUpstream());
    QVERIFY(!parse(u"https://{upstream}").beginsAtUpstream());
    QVERIFY(Template().isEmpty());
}

HOLDLINE_TEST(TestTemplate)
#include "tst_template.moc"
