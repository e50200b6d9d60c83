// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/metrics.h"
#include "core/telemetry/prometheustext.h"
#include "tests/support/suite.h"

#include <QMap>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

#include <cmath>
#include <limits>

using namespace holdline;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// A strict parser of the Prometheus text format 0.0.4. Returns an error text; empty when the text is valid.
/// Fills a map from series to value.
class Checker
{
public:
    QString check(const QByteArray &text)
    {
        if (!text.endsWith('\n'))
            return u"no line end at the end"_s;
        for (const QByteArray &line : text.chopped(1).split('\n')) {
            const QString wrong = line.startsWith('#') ? comment(line) : sample(line);
            if (!wrong.isEmpty())
                return wrong + u": "_s + QString::fromUtf8(line);
        }
        return finishFamily();
    }

    QMap<QByteArray, QByteArray> series;

private:
    QString comment(const QByteArray &line)
    {
        static const QRegularExpression help(
            u"^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\\\]|\\\\\\\\|\\\\n)+$"_s);
        static const QRegularExpression type(
            u"^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$"_s);
        const QString text = QString::fromUtf8(line);
        if (const auto match = help.match(text); match.hasMatch()) {
            const QString wrong = finishFamily();
            m_family = match.captured(1).toUtf8();
            m_type.clear();
            if (m_families.contains(m_family))
                return u"family twice"_s;
            m_families.insert(m_family);
            return wrong;
        }
        const auto match = type.match(text);
        if (!match.hasMatch() || match.captured(1).toUtf8() != m_family || !m_type.isEmpty())
            return u"bad comment"_s;
        m_type = match.captured(2).toUtf8();
        if ((m_type == "counter") != m_family.endsWith("_total"))
            return u"_total belongs to counters"_s;
        if (m_type == "histogram" && !m_family.endsWith("_seconds"))
            return u"no unit"_s;
        return {};
    }

    QString sample(const QByteArray &line)
    {
        static const QRegularExpression form(
            u"^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{((?:[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\n\"])*\",?)+)\\})? (\\S+)$"_s);
        static const QRegularExpression label(u"([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"(,|$)"_s);
        const auto match = form.match(QString::fromUtf8(line));
        if (!match.hasMatch() || m_type.isEmpty())
            return u"bad sample"_s;
        bool isNumber = false;
        const double value = match.captured(3).toDouble(&isNumber);
        if (!isNumber || (m_type != "gauge" && value < 0))
            return u"bad value"_s;
        if (const QByteArray key = line.first(line.lastIndexOf(' ')); series.contains(key))
            return u"series twice"_s;
        else
            series.insert(key, match.captured(3).toUtf8());
        QSet<QString> names;
        QString others;
        QString le;
        for (auto it = label.globalMatch(match.captured(2)); it.hasNext();) {
            const auto one = it.next();
            if (names.contains(one.captured(1)))
                return u"label twice"_s;
            names.insert(one.captured(1));
            (one.captured(1) == u"le"_s ? le : others) += one.captured(2) + u';';
        }
        const QByteArray name = match.captured(1).toUtf8();
        if (m_type != "histogram")
            return name == m_family ? QString() : u"foreign sample"_s;
        return bucket(name, others, le.chopped(le.isEmpty() ? 0 : 1), value);
    }

    QString bucket(const QByteArray &name, const QString &labels, const QString &le, double value)
    {
        auto &now = m_buckets[labels];
        if (name == m_family + "_bucket") {
            const double bound = le == u"+Inf"_s ? std::numeric_limits<double>::infinity() : le.toDouble();
            if (bound <= now.lastBound || value < now.lastCount)
                return u"buckets are not cumulative"_s;
            now.lastBound = bound;
            now.lastCount = value;
        } else if (name == m_family + "_sum") {
            now.hasSum = true;
        } else if (name == m_family + "_count") {
            now.hasCount = true;
            if (value != now.lastCount || !std::isinf(now.lastBound))
                return u"count is not the +Inf bucket"_s;
        } else {
            return u"foreign sample"_s;
        }
        return {};
    }

    QString finishFamily()
    {
        for (const Buckets &buckets : std::as_const(m_buckets)) {
            if (!buckets.hasSum || !buckets.hasCount)
                return u"histogram without sum or count"_s;
        }
        m_buckets.clear();
        return {};
    }

    struct Buckets
    {
        double lastBound = -1;
        double lastCount = 0;
        bool hasSum = false;
        bool hasCount = false;
    };

    QByteArray m_family;
    QByteArray m_type;
    QSet<QByteArray> m_families;
    QMap<QString, Buckets> m_buckets;
};

}  // namespace

class TestPrometheus : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void format();
    void escaping();
    void numbers();
    void histogram();
    void metricsAreValid();
    void everyWordHasASeries();
    void addingUp();
    void checkerIsStrict_data();
    void checkerIsStrict();
};

void TestPrometheus::format()
{
    PrometheusText out;
    out.counter("a_total", "Things.");
    out.add(std::uint64_t(18446744073709551615u));
    out.add(std::uint64_t(2), {{"x", "1"}, {"y", "z"}});
    out.gauge("b", "Now.");
    out.add(-3);
    QCOMPARE(out.text(),
             "# HELP a_total Things.\n# TYPE a_total counter\na_total 18446744073709551615\n"
             "a_total{x=\"1\",y=\"z\"} 2\n# HELP b Now.\n# TYPE b gauge\nb -3\n"_ba);
    QCOMPARE(Checker().check(out.text()), QString());
}

void TestPrometheus::escaping()
{
    PrometheusText out;
    out.gauge("a", "back\\slash, \"quotes\" and\nline end");
    out.add(1, {{"x", "a\"b\\c\nd"}});
    QCOMPARE(out.text(),
             "# HELP a back\\\\slash, \"quotes\" and\\nline end\n# TYPE a gauge\n"
             "a{x=\"a\\\"b\\\\c\\nd\"} 1\n"_ba);
    QCOMPARE(Checker().check(out.text()), QString());
}

void TestPrometheus::numbers()
{
    PrometheusText out;
    out.gauge("a", "h");
    for (const double value : {0.1, 1e300, 1.0 / 3.0, std::nan(""), HUGE_VAL, -HUGE_VAL})
        out.add(value, {{"v", QByteArray::number(value)}});
    QCOMPARE(out.text().mid(out.text().indexOf("gauge\n") + 6),
             "a{v=\"0.1\"} 0.1\na{v=\"1e+300\"} 1e+300\na{v=\"0.333333\"} 0.3333333333333333\n"
             "a{v=\"nan\"} NaN\na{v=\"inf\"} +Inf\na{v=\"-inf\"} -Inf\n"_ba);
}

void TestPrometheus::histogram()
{
    LatencyHistogram latencies;
    for (const Duration value :
         {Duration(500us), Duration(1500us), Duration(7ms), Duration(700ms), Duration(2h)})
        latencies.record(value);
    PrometheusText out;
    out.histogram("a_seconds", "Times.");
    out.add(latencies, {{"x", "y"}});
    Checker checker;
    QCOMPARE(checker.check(out.text()), QString());
    QCOMPARE(checker.series.value("a_seconds_bucket{x=\"y\",le=\"0.001\"}"), "1"_ba);
    QCOMPARE(checker.series.value("a_seconds_bucket{x=\"y\",le=\"0.002\"}"), "2"_ba);
    QCOMPARE(checker.series.value("a_seconds_bucket{x=\"y\",le=\"0.01\"}"), "3"_ba);
    QCOMPARE(checker.series.value("a_seconds_bucket{x=\"y\",le=\"300\"}"), "4"_ba);
    QCOMPARE(checker.series.value("a_seconds_bucket{x=\"y\",le=\"+Inf\"}"), "5"_ba);
    QCOMPARE(checker.series.value("a_seconds_count{x=\"y\"}"), "5"_ba);
    QCOMPARE(checker.series.value("a_seconds_sum{x=\"y\"}"), "3600.709"_ba);
}

void TestPrometheus::metricsAreValid()
{
    Counters counters;
    Gauges gauges;
    StoreStatus store;
    Checker fresh;
    QCOMPARE(fresh.check(renderMetrics(counters, gauges, store)), QString());

    for (int i = 0; i < kReasonCount; ++i)
        counters.countRequest(static_cast<Reason>(i));
    counters.countCallback(CallbackOutcome::Late);
    counters.countStart(StartFate::Unknown, 20ms);
    counters.countHttpRefusal(431);
    counters.countHttpRefusal(431);
    counters.countHttpRefusal(0);
    counters.countHttpRefusal(1'000'000);
    counters.requestTook.record(300ms);
    counters.joined = 3;
    counters.deadLettersStored = {4, 5};
    store.available = false;
    store.deadLetters = {6, 7};
    store.writeTook.record(3ms);
    store.expired = 10;
    store.evictedByNumber = 8;
    store.evictedByBytes = 9;
    store.oldestAge = 90'500ms;
    gauges.durable = 18;
    gauges.held = 17;
    gauges.draining = true;
    gauges.startedAt = std::chrono::system_clock::time_point(1'700'000'000'500ms);
    Checker checker;
    QCOMPARE(checker.check(renderMetrics(counters, gauges, store)), QString());
    QCOMPARE(checker.series.value("holdline_requests_total{outcome=\"start_unknown\"}"), "1"_ba);
    QCOMPARE(checker.series.value("holdline_callbacks_total{result=\"late\"}"), "1"_ba);
    QCOMPARE(checker.series.value("holdline_upstream_starts_total{fate=\"unknown\"}"), "1"_ba);
    QCOMPARE(checker.series.value("holdline_http_refusals_total{status=\"431\"}"), "2"_ba);
    QCOMPARE(checker.series.value("holdline_http_refusals_total{status=\"0\"}"), "2"_ba);
    QCOMPARE(checker.series.value("holdline_request_duration_seconds_count"), "1"_ba);
    QCOMPARE(checker.series.value("holdline_requests_held"), "17"_ba);
    QCOMPARE(checker.series.value("holdline_jobs_promised"), "18"_ba);
    QCOMPARE(checker.series.value("holdline_jobs_joined_total"), "3"_ba);
    QCOMPARE(checker.series.value("holdline_dead_letters_stored_total{kind=\"callback\"}"), "4"_ba);
    QCOMPARE(checker.series.value("holdline_dead_letters{kind=\"job\"}"), "7"_ba);
    QCOMPARE(checker.series.value("holdline_store_available"), "0"_ba);
    QCOMPARE(checker.series.value("holdline_store_expired_total"), "10"_ba);
    QCOMPARE(checker.series.value("holdline_store_evictions_total{limit=\"jobs\"}"), "8"_ba);
    QCOMPARE(checker.series.value("holdline_store_evictions_total{limit=\"bytes\"}"), "9"_ba);
    QCOMPARE(checker.series.value("holdline_store_oldest_age_seconds"), "90.5"_ba);
    QCOMPARE(checker.series.value("holdline_store_write_duration_seconds_count"), "1"_ba);
    QCOMPARE(checker.series.value("holdline_draining"), "1"_ba);
    QCOMPARE(checker.series.value("process_start_time_seconds"), "1700000000.5"_ba);
    QVERIFY(checker.series.contains("holdline_build_info{version=\"" HOLDLINE_VERSION "\",qt=\"" +
                                    QByteArray(qVersion()) + "\"}"));
}

void TestPrometheus::everyWordHasASeries()
{
    Checker checker;
    QCOMPARE(checker.check(renderMetrics({}, {}, {})), QString());
    for (int i = 0; i < kReasonCount; ++i) {
        const QByteArray outcome = QByteArrayView(name(static_cast<Reason>(i))).toByteArray();
        QCOMPARE(checker.series.value("holdline_requests_total{outcome=\"" + outcome + "\"}"), "0"_ba);
    }
    for (const char *result : {"matched", "early", "progress", "duplicate", "late", "unknown", "mismatched",
                               "malformed", "unauthorised"})
        QVERIFY2(checker.series.contains("holdline_callbacks_total{result=\"" + QByteArray(result) + "\"}"),
                 result);
}

void TestPrometheus::addingUp()
{
    Counters a;
    Counters b;
    a.countRequest(Reason::Completed);
    b.countRequest(Reason::Completed);
    b.countHttpRefusal(400);
    b.countStart(StartFate::Accepted, 5ms);
    b.countCallback(CallbackOutcome::Matched);
    b.retries = 3;
    b.connectionsClosed = 4;
    b.requestTook.record(1s);
    a.add(b);
    QCOMPARE(a.requests[0], 2u);
    QCOMPARE(a.httpRefusals[400], 1u);
    QCOMPARE(a.starts[0], 1u);
    QCOMPARE(a.callbacks[1], 1u);
    QCOMPARE(a.retries, 3u);
    QCOMPARE(a.connectionsClosed, 4u);
    QCOMPARE(a.requestTook.count(), 1u);
    QCOMPARE(a.startTook.count(), 1u);
}

void TestPrometheus::checkerIsStrict_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("no line end") << "# HELP a x\n# TYPE a gauge\na 1"_ba;
    QTest::newRow("no type") << "# HELP a x\na 1\n"_ba;
    QTest::newRow("no help") << "# TYPE a gauge\na 1\n"_ba;
    QTest::newRow("empty line") << "# HELP a x\n# TYPE a gauge\n\na 1\n"_ba;
    QTest::newRow("counter without _total") << "# HELP a x\n# TYPE a counter\na 1\n"_ba;
    QTest::newRow("open label") << "# HELP a x\n# TYPE a gauge\na{b=\"c} 1\n"_ba;
    QTest::newRow("same label") << "# HELP a x\n# TYPE a gauge\na{b=\"c\",b=\"d\"} 1\n"_ba;
    QTest::newRow("same series") << "# HELP a x\n# TYPE a gauge\na 1\na 2\n"_ba;
    QTest::newRow("same family") << "# HELP a x\n# TYPE a gauge\na 1\n# HELP a x\n# TYPE a gauge\n"_ba;
    QTest::newRow("no number") << "# HELP a x\n# TYPE a gauge\na one\n"_ba;
    QTest::newRow("buckets fall") << "# HELP a_seconds x\n# TYPE a_seconds histogram\n"
                                     "a_seconds_bucket{le=\"1\"} 2\na_seconds_bucket{le=\"+Inf\"} 1\n"_ba;
    QTest::newRow("no +Inf") << "# HELP a_seconds x\n# TYPE a_seconds histogram\n"
                                "a_seconds_bucket{le=\"1\"} 2\na_seconds_sum 1\na_seconds_count 2\n"_ba;
    QTest::newRow("no sum") << "# HELP a_seconds x\n# TYPE a_seconds histogram\n"
                               "a_seconds_bucket{le=\"+Inf\"} 1\na_seconds_count 1\n"_ba;
}

void TestPrometheus::checkerIsStrict()
{
    QFETCH(QByteArray, text);
    QVERIFY(!Checker().check(text).isEmpty());
}

HOLDLINE_TEST(TestPrometheus)
#include "tst_prometheus.moc"
