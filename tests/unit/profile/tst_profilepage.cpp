// SPDX-License-Identifier: GPL-3.0-or-later
// The pages of profiles: compares those in resources/docs/apis with the code, and checks what a page
// contains.
#include "core/profile/profilepage.h"
#include "core/profile/profilereader.h"
#include "core/profile/shippedprofiles.h"
#include "tests/support/suite.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <variant>

using namespace holdline;
using namespace holdline::profile;
using namespace Qt::StringLiterals;

namespace {

const QString kPages = QStringLiteral(HOLDLINE_SOURCE_DIR "/resources/docs/apis");

QString textOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// Returns the page of a profile's text; the errors when the profile is invalid.
QString pageOf(const QByteArray &text)
{
    const auto read = readProfile(text, u"t.toml"_s);
    if (const auto *errors = std::get_if<QStringList>(&read))
        return errors->join(u'\n');
    return profilePage(std::get<Profile>(read), text);
}

const auto kPlain = R"(# Upstream: the queue, e.g. https://queue.example/v2. It is slow.
name = "t"
about = "A queue"
[start]
callback = "body:/hook"
job = "body:/id"
[callback]
state = "body:/state"
completed = ["done", "ok*"]
failed = ["broken"]
)"_ba;

}  // namespace

class TestProfilePage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// With HOLDLINE_WRITE_DOCUMENTS set, this function writes the pages instead.
    void pagesAreFresh()
    {
        for (const QString &name : shippedProfiles()) {
            const QString path = kPages + u'/' + name + u".md"_s;
            const QString page = profilePage(*shippedProfile(name), shippedProfileText(name));
            if (qEnvironmentVariableIsSet("HOLDLINE_WRITE_DOCUMENTS")) {
                QFile file(path);
                QVERIFY2(file.open(QIODevice::WriteOnly), qPrintable(file.errorString()));
                file.write(page.toUtf8());
            } else if (textOf(path) != page) {
                QFAIL(qPrintable(path + u" is stale: run this test with HOLDLINE_WRITE_DOCUMENTS=1"_s));
            }
        }
        QStringList files = QDir(kPages).entryList({u"*.md"_s}, QDir::Files, QDir::Name);
        QCOMPARE(files.replaceInStrings(u".md"_s, QString()), shippedProfiles());
    }

    void indexHasEachPage()
    {
        const QString index = textOf(kPages + u"/../profiles.md"_s);
        for (const QString &name : shippedProfiles())
            QVERIFY2(index.contains(u"| [`%1`](apis/%1.md) |"_s.arg(name)), qPrintable(name));
    }

    void saysWhatAnOperatorNeeds()
    {
        const QString page = pageOf(kPlain);
        QVERIFY2(page.startsWith(u"# `t`\n\nA queue.\n"_s), qPrintable(page));
        QVERIFY(page.contains(u"--profile t --upstream https://queue.example/v2 \\\n"_s));
        QVERIFY(page.contains(u"--callback-url https://hold.example/callback\n"_s));
        QVERIFY(!page.contains(u"--secret"_s));
        QVERIFY(page.endsWith(u"```toml\n"_s + QString::fromUtf8(kPlain) + u"```\n"_s));
        // A profile without a comment has no URL to show.
        QVERIFY(pageOf(kPlain.sliced(kPlain.indexOf('\n') + 1))
                    .contains(u"--profile t --upstream https://api.example \\\n"_s));
    }

    void saysWhatSecretsAreFor()
    {
        const QString page =
            pageOf(QByteArray(kPlain).replace("job = \"body:/id\"",
                                              "set = { \"body:/a\" = \"{secret:k}\" }\njob = \"body:/id\"") +
                   "[callback.verify]\nscheme = \"hmac-sha256\"\nsecret = [\"k\", \"v\"]\n"
                   "at = \"header:S\"\ntimestamp = \"header:T\"\n");
        QVERIFY(
            page.contains(u"secret `k`, a file with a text: it goes into the start and proves callbacks."_s));
        QVERIFY(page.contains(u"secret `v`, a file with a text: it proves callbacks."_s));
        QVERIFY(page.contains(u"--secret k=k.txt --secret v=v.txt"_s));
        QVERIFY(
            page.contains(u"by HMAC-SHA256 in hex at `header:S`, over `{body}`. There, the time is "
                          u"`header:T`. The time may be 5m from now."_s));
        QVERIFY(page.contains(u"with the secret `k` and the secret `v`"_s));
    }

    void saysWhatStatesMean()
    {
        const QString page = pageOf(kPlain);
        QVERIFY(page.contains(u"The state is at `body:/state`."_s));
        QVERIFY(page.contains(u"**Completed**: `done` or each word that begins with `ok`."_s));
        QVERIFY(page.contains(u"**Failed**: `broken`."_s));
        QVERIFY(page.contains(u"Any other word is progress too"_s));
        const QString all = pageOf(QByteArray(kPlain).replace("[\"broken\"]", "\"*\""));
        QVERIFY(all.contains(u"**Failed**: each other word."_s));
        QVERIFY(!all.contains(u"Any other word is progress too"_s));
    }

    void saysWhatIsMissing()
    {
        const QString page = pageOf(kPlain);
        QVERIFY(page.contains(u"Nothing proves a callback but the 128 random bits"_s));
        QVERIFY(page.contains(u"It cannot be asked."_s));
        QVERIFY(page.contains(u"The API is told nothing."_s));
        const QString asked = pageOf(
            "name = \"t\"\n[start]\ncallback = \"none\"\njob = \"body:/id\"\n[status]\n"
            "request = \"GET {upstream}/{job}\"\nstate = \"status\"\n"
            "completed = [200]\n");
        QVERIFY2(asked.contains(u"No address for callbacks"_s), qPrintable(asked));
        QVERIFY(asked.contains(u"It does not. Holdline asks until the job has ended."_s));
        QVERIFY(!asked.contains(u"--callback-url"_s));
    }

    void saysWhenBytesKeepAlive()
    {
        QVERIFY(!pageOf(kPlain).contains(u"without an answer"_s));
        QVERIFY(pageOf(kPlain + "[answer]\nkeepalive = \"15s\"\n")
                    .contains(u"After each 15s without an answer the client gets a space"_s));
    }

    void saysWhatIsUnusual()
    {
        const QString page = pageOf(R"(name = "t"
[start]
request = "PUT {upstream}/a"
callback = { "header:X" = "{callback}/`x`" }
made = "header:Y"
remove = ["body:/b"]
accepted = { status = [202], equals = { "body:/ok" = "1" } }
[callback]
methods = ["PUT"]
state = "suffix"
completed = ["x"]
never_4xx = true
answer = { status = 202, body = "OK" }
[status]
request = "GET {upstream}/{job}"
result = "GET {upstream}/{job}/result"
state = "body:/s"
after_callback = true
[cancel]
request = "POST {upstream}/stop"
set = { "body:/job" = "{job}" }
when = ["client_gone", "deadline"]
[answer]
part = "body:/image"
base64 = true
content_type = "image/png"
failed = { status = 422, part = "body:/error" }
)");
        for (const QString &sentence :
             {u"Holdline sends `PUT {upstream}/a`"_s, u"goes out as `` {callback}/`x` `` at `header:X`"_s,
              u"a UUID of ours, and goes to `header:Y`"_s, u"at `body:/b` does not travel"_s,
              u"has the status 202 and has `1` at `body:/ok`"_s, u"Callbacks come by `PUT`"_s,
              u"answered 202 with exactly `OK`"_s, u"No callback is answered 4xx"_s,
              u"only makes Holdline ask at once"_s, u"`GET {upstream}/{job}/result` fetches the result"_s,
              u"`POST {upstream}/stop` when the last client leaves and at the deadline"_s,
              u"It writes `{job}` at `body:/job`"_s, u"200 with what stands at `body:/image`"_s,
              u"the client gets its bytes"_s, u"such an answer is `image/png`"_s,
              u"For a failed job: 422 with what stands at `body:/error`"_s})
            QVERIFY2(page.contains(sentence), qPrintable(sentence + u"\n\n"_s + page));
    }
};

HOLDLINE_TEST(TestProfilePage)
#include "tst_profilepage.moc"
