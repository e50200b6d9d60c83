// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/wire/monitorcodec.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <limits>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

/// Takes members out of an object; what is wrong first is remembered, and everything read after it is void.
class ObjectReader
{
public:
    ObjectReader(const QJsonObject &object, QString &error) : m_object(object), m_error(error) {}

    bool has(QLatin1StringView name) const { return m_object.contains(name); }
    void fail(QLatin1StringView name, const QString &expected) const
    {
        if (m_error.isEmpty())
            m_error = u"member \"%1\" is not %2"_s.arg(name, expected);
    }
    void require(QLatin1StringView name) const
    {
        if (!has(name))
            fail(name, u"there"_s);
    }

    void read(QLatin1StringView name, QByteArray &text) const
    {
        const QJsonValue value = m_object.value(name);
        if (value.isString())
            text = value.toString().toUtf8();
        else if (!value.isUndefined())
            fail(name, u"a text"_s);
    }
    void read(QLatin1StringView name, bool &flag) const
    {
        const QJsonValue value = m_object.value(name);
        if (value.isBool())
            flag = value.toBool();
        else if (!value.isUndefined())
            fail(name, u"true or false"_s);
    }
    template <std::integral Integer>
    requires(!std::same_as<Integer, bool>) void read(QLatin1StringView name, Integer &number) const
    {
        if (const QJsonValue value = m_object.value(name); !value.isUndefined())
            take(name, value, number);
    }
    void read(QLatin1StringView name, WallTime &at) const
    {
        std::int64_t count = 0;
        read(name, count);
        // Ten thousand years, so that nobody overflows when reckoning with it.
        if (count < 0 || count > 253'402'300'800'000)
            fail(name, u"a time in milliseconds since 1970"_s);
        else
            at = WallTime(Milliseconds(count));
    }
    void read(QLatin1StringView name, Microseconds &duration) const
    {
        std::int64_t count = 0;
        read(name, count);
        duration = Microseconds(count);
    }
    void read(QLatin1StringView name, Milliseconds &duration) const
    {
        std::int64_t count = 0;
        read(name, count);
        duration = Milliseconds(count);
    }
    template <typename Value>
    void read(QLatin1StringView name, std::optional<Value> &value) const
    {
        if (has(name))
            read(name, value.emplace());
    }
    /// One of the words of an enum whose values count from 0.
    template <typename Enum>
    void readWord(QLatin1StringView name, Enum &value, int count) const
    {
        const QJsonValue member = m_object.value(name);
        if (member.isUndefined())
            return;
        const QString text = member.toString();
        for (int i = 0; i < count; ++i) {
            if (const auto candidate = static_cast<Enum>(i); !text.isEmpty() && text == word(candidate)) {
                value = candidate;
                return;
            }
        }
        fail(name, u"a word this program knows"_s);
    }
    template <typename Word, std::size_t size>
    void readCounts(QLatin1StringView name, std::array<std::uint64_t, size> &counts) const
    {
        const QJsonObject object = objectAt(name);
        const ObjectReader reader(object, m_error);
        qsizetype known = 0;
        for (std::size_t i = 0; i < size; ++i) {
            const QLatin1StringView key = word(static_cast<Word>(i));
            if (key.isEmpty() || !reader.has(key))
                continue;
            reader.read(key, counts[i]);
            ++known;
        }
        if (known != object.size())
            fail(name, u"counts under words this program knows"_s);
    }

    QJsonObject objectAt(QLatin1StringView name) const
    {
        const QJsonValue value = m_object.value(name);
        if (!value.isObject() && !value.isUndefined())
            fail(name, u"an object"_s);
        return value.toObject();
    }
    QJsonArray arrayAt(QLatin1StringView name) const
    {
        const QJsonValue value = m_object.value(name);
        if (!value.isArray() && !value.isUndefined())
            fail(name, u"an array"_s);
        return value.toArray();
    }
    template <typename Row>
    void readRows(QLatin1StringView name, std::vector<Row> &rows) const;

    template <std::integral Integer>
    void take(QLatin1StringView name, const QJsonValue &value, Integer &number) const
    {
        // A whole number in the range of double's exact ones. Counts are never negative.
        constexpr double kExact = 9007199254740992.0;
        const double exact = value.toDouble(std::numeric_limits<double>::quiet_NaN());
        const qint64 whole = value.toInteger(-1);
        const bool fits = std::in_range<Integer>(whole) && exact == static_cast<double>(whole) &&
                          exact < kExact && exact > -kExact;
        if (!value.isDouble() || !fits)
            fail(name, u"a whole number in its range"_s);
        else
            number = static_cast<Integer>(whole);
    }

    QString &error() const { return m_error; }

private:
    const QJsonObject &m_object;
    QString &m_error;
};

void decodeRow(const ObjectReader &reader, JobRow &row)
{
    reader.require("id"_L1);
    reader.read("id"_L1, row.id);
    reader.require("state"_L1);
    reader.readWord("state"_L1, row.state, kRowStateCount);
    reader.read("account"_L1, row.account);
    reader.require("created"_L1);
    reader.read("created"_L1, row.created);
    reader.read("deadline"_L1, row.deadline);
    reader.read("order"_L1, row.order);
    reader.read("queue_us"_L1, row.queue);
    reader.read("start_us"_L1, row.start);
    reader.read("job_us"_L1, row.job);
    reader.read("total_us"_L1, row.total);
    reader.read("attempts"_L1, row.attempts);
    reader.read("pass_through"_L1, row.passThrough);
    if (reader.has("outcome"_L1))
        reader.readWord("outcome"_L1, row.outcome.emplace(), kReasonCount);
    reader.read("status"_L1, row.status);
    reader.read("upstream_id"_L1, row.upstreamId);
    reader.read("client"_L1, row.client);
    reader.read("request_id"_L1, row.requestId);
    reader.read("detail"_L1, row.detail);
}

void decodeRow(const ObjectReader &reader, LaneRow &row)
{
    reader.require("account"_L1);
    reader.read("account"_L1, row.account);
    reader.read("queued"_L1, row.queued);
    reader.read("in_flight"_L1, row.inFlight);
    reader.read("turn_us"_L1, row.turn);
    reader.read("forecast_us"_L1, row.forecast);
    reader.read("paused"_L1, row.paused);
}

void decodeRow(const ObjectReader &reader, CallbackRow &row)
{
    reader.require("at"_L1);
    reader.read("at"_L1, row.at);
    reader.require("word"_L1);
    reader.readWord("word"_L1, row.word, kCallbackWordCount);
    reader.read("job"_L1, row.job);
    reader.read("upstream_id"_L1, row.upstreamId);
    reader.read("client"_L1, row.client);
    reader.read("bytes"_L1, row.bytes);
}

template <typename Row>
void ObjectReader::readRows(QLatin1StringView name, std::vector<Row> &rows) const
{
    const QJsonArray array = arrayAt(name);
    rows.reserve(static_cast<std::size_t>(array.size()));
    for (const auto &value : array) {
        if constexpr (std::same_as<Row, QByteArray>) {
            if (!value.isString())
                fail(name, u"an array of texts"_s);
            rows.push_back(value.toString().toUtf8());
        } else {
            if (!value.isObject())
                fail(name, u"an array of objects"_s);
            const QJsonObject object = value.toObject();
            decodeRow(ObjectReader(object, m_error), rows.emplace_back());
        }
        if (!m_error.isEmpty())
            return;
    }
}

void decodeFacts(const ObjectReader &reader, ServiceFacts &facts)
{
    reader.read("version"_L1, facts.version);
    reader.read("qt"_L1, facts.qt);
    reader.read("pid"_L1, facts.pid);
    reader.read("started_at"_L1, facts.startedAt);
    reader.read("listen"_L1, facts.listen);
    reader.read("upstream"_L1, facts.upstream);
    reader.read("callback_url"_L1, facts.callbackUrl);
    reader.read("deadline_ms"_L1, facts.deadline);
    reader.read("drain_timeout_ms"_L1, facts.drainTimeout);
    reader.read("held_limit"_L1, facts.heldLimit);
    reader.read("starts_per_account"_L1, facts.startsPerAccount);
    reader.read("threads"_L1, facts.threads);
}

HistogramSlice decodeSlice(const ObjectReader &reader)
{
    constexpr QLatin1StringView kBuckets = "buckets"_L1;
    const QJsonArray numbers = reader.arrayAt(kBuckets);
    std::vector<HistogramSlice::Bucket> buckets;
    buckets.reserve(static_cast<std::size_t>(numbers.size() / 2));
    if (numbers.size() % 2 != 0)
        reader.fail(kBuckets, u"pairs of numbers"_s);
    for (qsizetype i = 0; i + 1 < numbers.size(); i += 2) {
        HistogramSlice::Bucket bucket;
        reader.take(kBuckets, numbers[i], bucket.upTo);
        reader.take(kBuckets, numbers[i + 1], bucket.count);
        if (bucket.count == 0 || (!buckets.empty() && buckets.back().upTo >= bucket.upTo))
            reader.fail(kBuckets, u"in ascending order without empty ones"_s);
        if (!reader.error().isEmpty())
            return {};
        buckets.push_back(bucket);
    }
    Microseconds sum{};
    Microseconds max{};
    reader.read("sum_us"_L1, sum);
    reader.read("max_us"_L1, max);
    return {std::move(buckets), sum, max};
}

void decodeSample(const ObjectReader &reader, Sample &sample)
{
    reader.require("at"_L1);
    reader.read("at"_L1, sample.at);
    reader.read("span_us"_L1, sample.span);
    reader.readCounts<Reason>("requests"_L1, sample.requests);
    reader.readCounts<CallbackWord>("callbacks"_L1, sample.callbacks);
    reader.readCounts<StartFate>("starts"_L1, sample.starts);
    reader.read("retries"_L1, sample.retries);
    reader.read("held"_L1, sample.held);
    reader.read("held_peak"_L1, sample.heldPeak);
    reader.read("queued"_L1, sample.queued);
    reader.read("lanes"_L1, sample.lanes);
    reader.read("starts_in_flight"_L1, sample.startsInFlight);
    reader.read("client_connections"_L1, sample.clientConnections);
    reader.read("upstream_connections"_L1, sample.upstreamConnections);
    reader.readWord("circuit"_L1, sample.circuit, static_cast<int>(CircuitState::HalfOpen) + 1);
    reader.read("draining"_L1, sample.draining);
    reader.read("cpu_us"_L1, sample.cpu);
    reader.read("rss_bytes"_L1, sample.rssBytes);
    reader.read("observers"_L1, sample.observers);
    const QJsonObject phases = reader.objectAt("phases"_L1);
    for (std::size_t i = 0; i < sample.phases.size(); ++i) {
        const QJsonObject phase = phases.value(word(static_cast<Phase>(i))).toObject();
        if (!phase.isEmpty())
            sample.phases[i] = decodeSlice(ObjectReader(phase, reader.error()));
    }
}

Update decodeUpdate(const ObjectReader &reader, Update::Kind kind)
{
    Update update;
    update.kind = kind;
    reader.require("seq"_L1);
    reader.read("seq"_L1, update.seq);
    if (kind == Update::Kind::Snapshot) {
        reader.require("part"_L1);
        reader.read("part"_L1, update.part);
        reader.read("last"_L1, update.last);
        reader.readWord("reason"_L1, update.reason, static_cast<int>(SnapshotReason::Asked) + 1);
    }
    reader.require("at"_L1);
    reader.read("at"_L1, update.at);
    if (reader.has("service"_L1)) {
        const QJsonObject facts = reader.objectAt("service"_L1);
        decodeFacts(ObjectReader(facts, reader.error()), update.service.emplace());
    }
    if (reader.has("sample"_L1)) {
        const QJsonObject sample = reader.objectAt("sample"_L1);
        decodeSample(ObjectReader(sample, reader.error()), update.sample.emplace());
    }
    reader.readRows("jobs"_L1, update.jobs);
    reader.readRows("ended"_L1, update.ended);
    reader.readRows("gone"_L1, update.gone);
    reader.readRows("lanes"_L1, update.lanes);
    reader.readRows("lanes_gone"_L1, update.lanesGone);
    reader.readRows("callbacks"_L1, update.callbacks);
    reader.read("ended_omitted"_L1, update.endedOmitted);
    reader.read("callbacks_omitted"_L1, update.callbacksOmitted);
    return update;
}

/// The object in a line, or an error.
QJsonObject parseLine(QByteArrayView line, QString &error)
{
    QJsonParseError problem;
    const QJsonDocument document =
        QJsonDocument::fromJson(QByteArray::fromRawData(line.data(), line.size()), &problem);
    if (problem.error != QJsonParseError::NoError)
        error = u"not JSON: %1 at byte %2"_s.arg(problem.errorString()).arg(problem.offset);
    else if (!document.isObject())
        error = u"not a JSON object"_s;
    return document.object();
}

}  // namespace

std::variant<Message, QString> decode(QByteArrayView line)
{
    QString error;
    const QJsonObject object = parseLine(line, error);
    if (!error.isEmpty())
        return error;
    const ObjectReader reader(object, error);
    const QString type = object.value("type"_L1).toString();
    Message message;
    if (type == "delta"_L1) {
        message = decodeUpdate(reader, Update::Kind::Delta);
    } else if (type == "snapshot"_L1) {
        message = decodeUpdate(reader, Update::Kind::Snapshot);
    } else if (type == "reply"_L1) {
        Reply reply;
        reader.read("id"_L1, reply.id);
        reader.require("ok"_L1);
        reader.read("ok"_L1, reply.ok);
        QByteArray text;
        reader.read("text"_L1, text);
        reply.text = QString::fromUtf8(text);
        message = reply;
    } else if (type == "hello"_L1) {
        Hello hello;
        reader.require("protocol"_L1);
        reader.read("protocol"_L1, hello.protocol);
        reader.read("version"_L1, hello.version);
        reader.read("pid"_L1, hello.pid);
        message = hello;
    } else {
        error = u"a message of unknown type"_s;
    }
    if (!error.isEmpty())
        return error;
    return message;
}

std::variant<Command, QString> decodeCommand(QByteArrayView line)
{
    QString error;
    const QJsonObject object = parseLine(line, error);
    if (!error.isEmpty())
        return error;
    const ObjectReader reader(object, error);
    Command command;
    reader.require("command"_L1);
    reader.readWord("command"_L1, command.verb, static_cast<int>(Command::Verb::Drain) + 1);
    if (object.value("id"_L1).isDouble())
        command.id = QByteArray::number(object.value("id"_L1).toInteger());
    else
        reader.read("id"_L1, command.id);
    if (command.id.size() > 64)
        reader.fail("id"_L1, u"64 bytes at most"_s);
    const bool hasTarget = command.verb == Command::Verb::Cancel ||
                           command.verb == Command::Verb::PauseLane ||
                           command.verb == Command::Verb::ResumeLane;
    if (hasTarget) {
        const QLatin1StringView name = command.verb == Command::Verb::Cancel ? "job"_L1 : "account"_L1;
        reader.require(name);
        reader.read(name, command.target);
        if (command.target.isEmpty())
            reader.fail(name, u"a text that is not empty"_s);
    }
    if (!error.isEmpty())
        return error;
    return command;
}

}  // namespace holdline::monitor
