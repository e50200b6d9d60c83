// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/accesslog.h"
#include "core/telemetry/logging.h"
#include "core/telemetry/logline.h"
#include "tests/support/suite.h"
#include "tests/unit/runtime/fakelogsink.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// A pipe with a non-blocking reading end. Its writing end has the usual flags of a shell's pipe.
struct Pipe
{
    Pipe()
    {
        if (::pipe(ends) != 0)
            qFatal("no pipe");
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    }
    ~Pipe()
    {
        closeReader();
        ::close(ends[1]);
    }
    void closeReader()
    {
        if (ends[0] >= 0)
            ::close(ends[0]);
        ends[0] = -1;
    }
    QByteArray read() const
    {
        QByteArray all;
        char bytes[4096];
        ssize_t count = 0;
        while ((count = ::read(ends[0], bytes, sizeof bytes)) > 0)
            all.append(bytes, count);
        return all;
    }
    int ends[2] = {-1, -1};
};

QByteArray withText(LogFormat format, const QByteArray &text)
{
    LogLine line(format);
    line.add("k", QByteArrayView(text));
    return line.finish();
}

}  // namespace

class TestLogging : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { ::signal(SIGPIPE, SIG_IGN); }
    void noInjection_data();
    void noInjection();
    void randomTextsStayOneLine();
    void closedPipe();
    void slowPipe();
    void fullDisk();
    void cutLine();
    void severalThreadsShareASlowPipe();
    void handler();
    void handlerLevels_data();
    void handlerLevels();
    void handlerFromThreads();
    void handlerCountsLost();
};

void TestLogging::noInjection_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("logfmt");
    const auto row = [](const char *name, const QByteArray &text, const QByteArray &logfmt) {
        QTest::newRow(name) << text << logfmt;
    };
    row("plain", "acme-1.0/x:y", "acme-1.0/x:y");
    row("empty", "", "\"\"");
    row("space", "a b", "\"a b\"");
    row("equals sign", "a=b", "\"a=b\"");
    row("quote", "a\"b", "\"a\\\"b\"");
    row("backslash", "a\\b", "\"a\\\\b\"");
    row("line end", "a\nlevel=error", "\"a\\nlevel=error\"");
    row("carriage return", "a\rb", "\"a\\rb\"");
    row("tab", "a\tb", "\"a\\tb\"");
    row("NUL", QByteArray("a\0b", 3), "\"a\\u0000b\"");
    row("escape sequence", "\x1b[31m", "\"\\u001b[31m\"");
    row("DEL", "a\x7f", "\"a\\u007f\"");
    row("C1 control", "a\xc2\x9b", "\"a\\u009b\"");
    row("line separator", "a\xe2\x80\xa8", "\"a\\u2028\"");
    row("right-to-left override", "a\xe2\x80\xae", "\"a\\u202e\"");
    row("byte order mark inside", "a\xef\xbb\xbf", "\"a\\ufeff\"");
    row("letters", "\xc3\xa9\xe2\x82\xac", "\"\xc3\xa9\xe2\x82\xac\"");
    row("emoji", "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"");
    row("tag character", "\xf3\xa0\x80\x81", "\"\\udb40\\udc01\"");
    row("invalid UTF-8", "a\xff", "\"a\xef\xbf\xbd\"");
}

void TestLogging::noInjection()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, logfmt);
    QCOMPARE(withText(LogFormat::Logfmt, text), "k=" + logfmt + "\n");
    const QByteArray json = withText(LogFormat::Json, text);
    QCOMPARE(json.count('\n'), 1);
    QJsonParseError error;
    const QJsonObject object = QJsonDocument::fromJson(json, &error).object();
    QCOMPARE(error.error, QJsonParseError::NoError);
    QCOMPARE(object.value(u"k"_s).toString(), QString::fromUtf8(text));
}

void TestLogging::randomTextsStayOneLine()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    for (int round = 0; round < 5000; ++round) {
        QByteArray text(random.bounded(300), Qt::Uninitialized);
        for (char &c : text)
            c = static_cast<char>(random.bounded(random.bounded(2) ? 256 : 40));
        for (const LogFormat format : {LogFormat::Logfmt, LogFormat::Json}) {
            const QByteArray line = withText(format, text);
            QVERIFY(line.size() <= LogLine::kMaxTextBytes + 12);
            QCOMPARE(line.indexOf('\n'), line.size() - 1);
            QVERIFY(std::none_of(line.begin(), line.end() - 1,
                                 [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; }));
            QVERIFY(QString::fromUtf8(line).toUtf8() == line);
            if (format == LogFormat::Json)
                QVERIFY(QJsonDocument::fromJson(line).isObject());
        }
    }
}

void TestLogging::closedPipe()
{
    Pipe pipe;
    DescriptorSink sink(pipe.ends[1]);
    AccessLog log(sink, LogFormat::Logfmt, 1000);
    log.write(sample(), kNow);
    log.flush(kNow);
    QVERIFY(pipe.read().endsWith("upstream_id=4499a6e0c2ef4b98\n"));
    pipe.closeReader();
    log.write(sample(), kNow);
    log.flush(kNow);
    QCOMPARE(log.lost(), 1u);
}

void TestLogging::slowPipe()
{
    Pipe pipe;
    DescriptorSink sink(pipe.ends[1]);
    AccessLog log(sink, LogFormat::Logfmt, 1'000'000);
    // These are more bytes than a pipe holds. A write to the pipe would block, but the log must not block.
    for (int i = 0; i < 2000; ++i)
        log.write(sample(), kNow);
    log.flush(kNow);
    QCOMPARE(log.lost(), 0u);
    QByteArray all;
    for (QByteArray some = pipe.read(); !some.isEmpty(); some = pipe.read()) {
        all += some;
        log.flush(kNow);
    }
    QCOMPARE(all.count('\n'), 2000);
    QCOMPARE(all.count("upstream_id=4499a6e0c2ef4b98\n"), 2000);
}

void TestLogging::fullDisk()
{
    const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    QVERIFY(full >= 0);
    DescriptorSink sink(full);
    AccessLog log(sink, LogFormat::Logfmt, 1000);
    log.write(sample(), kNow);
    log.flush(kNow);
    QCOMPARE(log.lost(), 1u);
    ::close(full);
}

/// Each thread checks for space in the pipe before it writes. No other thread may use that space in between.
void TestLogging::severalThreadsShareASlowPipe()
{
    for (int round = 0; round < 100; ++round) {
        Pipe pipe;
        DescriptorSink sink(pipe.ends[1]);
        std::atomic<int> running = 4;
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&sink, &running, i] {
                const QByteArray line = QByteArray(LogSink::kMaxBytes - 1, static_cast<char>('a' + i)) + '\n';
                while (sink.write(line) == LogWrite::Done) {
                }
                --running;
            });
        }
        const bool noneWaits = QTest::qWaitFor([&running] { return running == 0; }, 30'000);
        const QByteArray all = noneWaits ? pipe.read() : QByteArray();
        pipe.closeReader();  // lets a blocked thread continue
        for (std::thread &thread : threads)
            thread.join();
        QVERIFY(noneWaits);
        QVERIFY(!all.isEmpty());
        for (const QByteArray &line : all.chopped(1).split('\n'))
            QCOMPARE(line.count(line.at(0)), LogSink::kMaxBytes - 1);
    }
}

void TestLogging::cutLine()
{
    QTemporaryDir directory;
    const QString path = directory.filePath(u"log"_s);
    const int file = ::open(path.toLocal8Bit().constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    QVERIFY(file >= 0);
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto oldHandler = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit tight{6, before.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &tight), 0);
    DescriptorSink sink(file);
    const LogWrite cut = sink.write("first line\n");
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, oldHandler);
    QCOMPARE(cut, LogWrite::Failed);
    QCOMPARE(sink.write("second\n"), LogWrite::Done);
    QCOMPARE(sink.write("third\n"), LogWrite::Done);
    char bytes[100];
    const ssize_t count = ::pread(file, bytes, sizeof bytes, 0);
    ::close(file);
    QCOMPARE(QByteArray(bytes, count), "first \nsecond\nthird\n"_ba);
}

void TestLogging::handler()
{
    FakeSink sink;
    {
        LogHandler handler(sink, LogFormat::Logfmt, LogLevel::Info);
        qCInfo(lcService) << "listening on" << 3738;
        qCWarning(lcUpstream, "bad\nnews %s", "\x1b[0m");
        qCDebug(lcConfig) << "not shown";
        handler.configure(LogFormat::Json, LogLevel::Debug);
        qCDebug(lcConfig) << "shown";
        qWarning("%s", QByteArray(100'000, '\n').constData());
    }
    const QList<QByteArray> lines = sink.lines();
    QCOMPARE(lines.size(), 4);
    QVERIFY(sink.wellFormed);
    static const QRegularExpression time(u"^time=\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z "_s);
    QVERIFY(time.match(QString::fromUtf8(lines[0])).hasMatch());
    QVERIFY2(lines[0].endsWith(" level=info category=holdline.service message=\"listening on 3738\""),
             lines[0].constData());
    QVERIFY2(lines[1].endsWith(" level=warning category=holdline.upstream message=\"bad\\nnews \\u001b[0m\""),
             lines[1].constData());
    const QJsonObject object = QJsonDocument::fromJson(lines[2]).object();
    QCOMPARE(object.value(u"level"_s).toString(), u"debug"_s);
    QCOMPARE(object.value(u"category"_s).toString(), u"holdline.config"_s);
    QCOMPARE(object.value(u"message"_s).toString(), u"shown"_s);
    QVERIFY(lines[3].size() < LogSink::kMaxBytes);
    // After the message handler is removed, the sink gets no more lines.
    QTest::ignoreMessage(QtWarningMsg, "after");
    qWarning("after");
    QCOMPARE(sink.lines().size(), 4);
}

void TestLogging::handlerLevels_data()
{
    QTest::addColumn<LogLevel>("level");
    QTest::addColumn<int>("lines");
    QTest::newRow("debug") << LogLevel::Debug << 5;
    QTest::newRow("info") << LogLevel::Info << 4;
    QTest::newRow("warning") << LogLevel::Warning << 3;
    QTest::newRow("error") << LogLevel::Error << 1;
}

void TestLogging::handlerLevels()
{
    QFETCH(LogLevel, level);
    QFETCH(int, lines);
    FakeSink sink;
    LogHandler handler(sink, LogFormat::Logfmt, level);
    qCDebug(lcService, "a");
    qCInfo(lcService, "b");
    qCWarning(lcService, "c");
    qWarning("d");
    qCCritical(lcService, "e");
    QCOMPARE(sink.lines().size(), lines);
    QVERIFY(sink.lines().last().contains("level=error"));
}

void TestLogging::handlerFromThreads()
{
    FakeSink sink;
    {
        LogHandler handler(sink, LogFormat::Logfmt, LogLevel::Info);
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([] {
                for (int i = 0; i < 250; ++i)
                    qCInfo(lcService, "hello");
            });
        }
        for (std::thread &thread : threads)
            thread.join();
    }
    QCOMPARE(sink.lines().size(), 1000);
    for (const QByteArray &line : sink.lines())
        QVERIFY(line.endsWith("category=holdline.service message=hello"));
}

void TestLogging::handlerCountsLost()
{
    FakeSink sink;
    sink.result = LogWrite::Busy;
    const std::uint64_t before = LogHandler::lost();
    LogHandler handler(sink, LogFormat::Logfmt, LogLevel::Info);
    qCInfo(lcService, "a");
    sink.result = LogWrite::Failed;
    qCInfo(lcService, "b");
    QCOMPARE(LogHandler::lost() - before, 2u);
}

HOLDLINE_TEST(TestLogging)
#include "tst_logging.moc"
