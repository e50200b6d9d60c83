// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/telemetry/decimal.h"
#include "core/wire/jsontext.h"
#include "core/wire/monitorcodec.h"

#include <QStringDecoder>

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstring>

namespace holdline::monitor {

namespace {

bool isPlain(char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/// Whether it stands in JSON as it is. Eight bytes at a time ("Bit Twiddling Hacks", S. E. Anderson: a zero
/// in a word): every text of every row passes here.
bool isPlain(QByteArrayView text)
{
    constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
    constexpr std::uint64_t kHigh = 0x80 * kOnes;
    const auto hasZero = [](std::uint64_t word) { return (word - kOnes) & ~word & kHigh; };
    const char *at = text.data();
    const char *const end = at + text.size();
    for (; end - at >= 8; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        const std::uint64_t control = (word - 0x20 * kOnes) & ~word & kHigh;
        const std::uint64_t beyond = (word | (word + kOnes)) & kHigh;
        if ((control | beyond | hasZero(word ^ ('"' * kOnes)) | hasZero(word ^ ('\\' * kOnes))) != 0)
            return false;
    }
    return std::all_of(at, end, [](char c) { return isPlain(c); });
}

/// A text that is written: QByteArray's append() costs five times as much for the few bytes of a member, and
/// rows have dozens of them.
class Out
{
public:
    explicit Out(qsizetype room = 1024) : m_bytes(room, Qt::Uninitialized), m_data(m_bytes.data()) {}
    Q_DISABLE_COPY_MOVE(Out)

    void put(char c)
    {
        makeRoom(1);
        m_data[m_size++] = c;
    }
    void put(QByteArrayView text)
    {
        makeRoom(text.size());
        std::copy_n(text.data(), text.size(), m_data + m_size);
        m_size += text.size();
    }
    void put(std::int64_t number)
    {
        constexpr qsizetype kDigits = 20;
        makeRoom(kDigits);
        char *at = m_data + m_size;
        m_size += std::to_chars(at, at + kDigits, number).ptr - at;
    }
    void putText(QByteArrayView text)
    {
        if (!isPlain(text)) {
            put(QByteArrayView(quoteJson(text)));
            return;
        }
        put('"');
        put(text);
        put('"');
    }
    QByteArray take()
    {
        m_bytes.truncate(m_size);
        return std::move(m_bytes);
    }

private:
    void makeRoom(qsizetype more)
    {
        if (m_bytes.size() - m_size >= more)
            return;
        m_bytes.resize(2 * m_bytes.size() + more);
        m_data = m_bytes.data();
    }

    QByteArray m_bytes;  ///< more than is written
    char *m_data;        ///< m_bytes'
    qsizetype m_size = 0;
};

/// A JSON object being written. Members that say nothing (empty text, zero, nothing) are left out, but those
/// that are put with always().
class ObjectWriter
{
public:
    explicit ObjectWriter(Out &out) : m_out(out) { m_out.put('{'); }
    ~ObjectWriter() { m_out.put('}'); }
    Q_DISABLE_COPY_MOVE(ObjectWriter)

    Out &key(QByteArrayView name)
    {
        m_out.put(QByteArrayView(m_first ? "\"" : ",\""));
        m_first = false;
        m_out.put(name);
        m_out.put(QByteArrayView("\":"));
        return m_out;
    }

    void always(QByteArrayView name, std::int64_t number) { key(name).put(number); }
    void always(QByteArrayView name, WallTime at) { always(name, at.time_since_epoch().count()); }
    void always(QByteArrayView name, bool value) { key(name).put(QByteArrayView(value ? "true" : "false")); }
    void always(QByteArrayView name, QByteArrayView text) { key(name).putText(text); }
    void always(QByteArrayView name, QLatin1StringView word)
    {
        always(name, QByteArrayView(word.data(), word.size()));
    }

    void put(QByteArrayView name, std::integral auto number)
    {
        if (number != 0)
            always(name, static_cast<std::int64_t>(number));
    }
    void put(QByteArrayView name, bool value)
    {
        if (value)
            always(name, true);
    }
    void put(QByteArrayView name, QByteArrayView text)
    {
        if (!text.isEmpty())
            always(name, text);
    }
    void put(QByteArrayView name, const std::optional<Microseconds> &duration)
    {
        if (duration)
            always(name, std::int64_t{duration->count()});
    }

private:
    Out &m_out;
    bool m_first = true;
};

QByteArrayView viewOf(QLatin1StringView text)
{
    return {text.data(), text.size()};
}

void append(Out &out, const JobRow &row)
{
    ObjectWriter object(out);
    object.always("id", row.id);
    object.always("state", word(row.state));
    object.always("account", row.account);
    object.always("created", row.created);
    object.always("deadline", row.deadline);
    object.put("order", row.order);
    object.put("queue_us", row.queue);
    object.put("start_us", row.start);
    object.put("job_us", row.job);
    object.put("total_us", row.total);
    object.put("attempts", row.attempts);
    object.put("pass_through", row.passThrough);
    if (row.outcome)
        object.always("outcome", word(*row.outcome));
    object.put("status", row.status);
    object.put("upstream_id", row.upstreamId);
    object.put("client", row.client);
    object.put("request_id", row.requestId);
    object.put("detail", row.detail);
}

void append(Out &out, const LaneRow &row)
{
    ObjectWriter object(out);
    object.always("account", row.account);
    object.put("queued", row.queued);
    object.put("in_flight", row.inFlight);
    object.put("turn_us", row.turn);
    object.put("forecast_us", row.forecast);
    object.put("paused", row.paused);
}

void append(Out &out, const CallbackRow &row)
{
    ObjectWriter object(out);
    object.always("at", row.at);
    object.always("word", word(row.word));
    object.put("job", row.job);
    object.put("upstream_id", row.upstreamId);
    object.put("client", row.client);
    object.put("bytes", row.bytes);
}

void append(Out &out, const QByteArray &text)
{
    out.putText(text);
}

void append(Out &out, const ServiceFacts &facts)
{
    ObjectWriter object(out);
    object.always("version", facts.version);
    object.put("qt", facts.qt);
    object.always("pid", facts.pid);
    object.always("started_at", facts.startedAt);
    object.always("listen", facts.listen);
    object.always("upstream", facts.upstream);
    object.always("callback_url", facts.callbackUrl);
    object.always("deadline_ms", std::int64_t{facts.deadline.count()});
    object.always("drain_timeout_ms", std::int64_t{facts.drainTimeout.count()});
    object.always("held_limit", std::int64_t{facts.heldLimit});
    object.always("starts_per_account", std::int64_t{facts.startsPerAccount});
    object.always("threads", std::int64_t{facts.threads});
}

/// Those that are not zero, by their words.
template <typename Word, std::size_t size>
void appendCounts(Out &out, const std::array<std::uint64_t, size> &counts)
{
    ObjectWriter object(out);
    for (std::size_t i = 0; i < size; ++i) {
        if (counts[i] > 0)
            object.always(viewOf(word(static_cast<Word>(i))), static_cast<std::int64_t>(counts[i]));
    }
}

void append(Out &out, const HistogramSlice &slice)
{
    ObjectWriter object(out);
    object.always("sum_us", std::int64_t{slice.sum().count()});
    object.always("max_us", std::int64_t{slice.max().count()});
    Out &array = object.key("buckets");
    char separator = '[';
    for (const HistogramSlice::Bucket &bucket : slice.buckets()) {
        array.put(separator);
        separator = ',';
        array.put(std::int64_t{bucket.upTo});
        array.put(',');
        array.put(static_cast<std::int64_t>(bucket.count));
    }
    array.put(QByteArrayView(slice.isEmpty() ? "[]" : "]"));
}

void append(Out &out, const Sample &sample)
{
    ObjectWriter object(out);
    object.always("at", sample.at);
    object.always("span_us", std::int64_t{sample.span.count()});
    appendCounts<Reason>(object.key("requests"), sample.requests);
    appendCounts<CallbackWord>(object.key("callbacks"), sample.callbacks);
    appendCounts<StartFate>(object.key("starts"), sample.starts);
    object.put("retries", sample.retries);
    object.always("held", std::int64_t{sample.held});
    object.always("held_peak", std::int64_t{sample.heldPeak});
    object.always("queued", std::int64_t{sample.queued});
    object.always("lanes", std::int64_t{sample.lanes});
    object.always("starts_in_flight", std::int64_t{sample.startsInFlight});
    object.always("client_connections", std::int64_t{sample.clientConnections});
    object.always("upstream_connections", std::int64_t{sample.upstreamConnections});
    object.always("circuit", word(sample.circuit));
    object.put("draining", sample.draining);
    object.always("cpu_us", std::int64_t{sample.cpu.count()});
    object.always("rss_bytes", sample.rssBytes);
    object.always("observers", std::int64_t{sample.observers});
    ObjectWriter phases(object.key("phases"));
    for (std::size_t i = 0; i < sample.phases.size(); ++i) {
        if (!sample.phases[i].isEmpty())
            append(phases.key(viewOf(word(static_cast<Phase>(i)))), sample.phases[i]);
    }
}

template <typename Row>
void appendRows(ObjectWriter &object, QByteArrayView name, const std::vector<Row> &rows)
{
    if (rows.empty())
        return;
    Out &out = object.key(name);
    char separator = '[';
    for (const Row &row : rows) {
        out.put(separator);
        append(out, row);
        separator = ',';
    }
    out.put(']');
}

template <typename Row>
QByteArray text(const Row &row)
{
    Out out;
    append(out, row);
    return out.take();
}

}  // namespace

QByteArray rowText(QByteArrayView text)
{
    const QByteArrayView head = text.first(std::min(text.size(), kMaxTextBytes + 4));
    if (text.size() <= kMaxTextBytes && isPlain(text))
        return text.toByteArray();
    // A character cut in two at the end is left out with what follows; other nonsense becomes U+FFFD.
    QStringDecoder decoder(QStringDecoder::Utf8);
    QString characters = decoder.decode(head);
    const auto isControl = [](QChar c) { return c.category() == QChar::Other_Control; };
    std::replace_if(characters.begin(), characters.end(), isControl, QChar(QChar::ReplacementCharacter));
    if (text.size() <= kMaxTextBytes && characters.toUtf8().size() <= kMaxTextBytes)
        return characters.toUtf8();
    constexpr QByteArrayView kEllipsis("\xE2\x80\xA6");
    QByteArray bytes = characters.toUtf8();
    qsizetype end = std::min(bytes.size(), kMaxTextBytes - kEllipsis.size());
    while (end > 0 && end < bytes.size() && (static_cast<unsigned char>(bytes[end]) & 0xC0) == 0x80)
        --end;
    bytes.truncate(end);
    return bytes.append(kEllipsis);
}

QByteArray encode(const Hello &hello)
{
    Out out;
    {
        ObjectWriter object(out);
        object.always("type", QByteArrayView("hello"));
        object.always("protocol", std::int64_t{hello.protocol});
        object.always("program", QByteArrayView("holdline"));
        object.always("version", hello.version);
        object.always("pid", hello.pid);
    }
    out.put('\n');
    return out.take();
}

QByteArray encode(const Reply &reply)
{
    Out out;
    {
        ObjectWriter object(out);
        object.always("type", QByteArrayView("reply"));
        object.put("id", reply.id);
        object.always("ok", reply.ok);
        object.always("text", QByteArrayView(reply.text.toUtf8()));
    }
    out.put('\n');
    return out.take();
}

QByteArray encode(const Command &command)
{
    Out out;
    {
        ObjectWriter object(out);
        object.always("command", word(command.verb));
        object.put("id", command.id);
        object.put(command.verb == Command::Verb::Cancel ? "job" : "account", command.target);
    }
    out.put('\n');
    return out.take();
}

QByteArray numbered(std::uint64_t seq)
{
    QByteArray out("{\"seq\":");
    appendDecimal(out, static_cast<std::int64_t>(seq));
    return out.append(',');
}

QByteArray encodeUnnumbered(const Update &update)
{
    Out out(static_cast<qsizetype>(512 + 350 * (update.jobs.size() + update.ended.size())));
    {
        ObjectWriter object(out);
        if (update.kind == Update::Kind::Snapshot) {
            object.always("type", QByteArrayView("snapshot"));
            object.always("part", std::int64_t{update.part});
            object.always("last", update.last);
            object.always("reason", word(update.reason));
        } else {
            object.always("type", QByteArrayView("delta"));
        }
        object.always("at", update.at);
        if (update.service)
            append(object.key("service"), *update.service);
        if (update.sample)
            append(object.key("sample"), *update.sample);
        appendRows(object, "jobs", update.jobs);
        appendRows(object, "ended", update.ended);
        appendRows(object, "gone", update.gone);
        appendRows(object, "lanes", update.lanes);
        appendRows(object, "lanes_gone", update.lanesGone);
        appendRows(object, "callbacks", update.callbacks);
        object.put("ended_omitted", update.endedOmitted);
        object.put("callbacks_omitted", update.callbacksOmitted);
    }
    out.put('\n');
    return out.take().remove(0, 1);  // the brace is in numbered()
}

QByteArray encode(const Update &update)
{
    return numbered(update.seq) + encodeUnnumbered(update);
}

QByteArray encodeRow(const JobRow &row)
{
    return text(row);
}

QByteArray encodeRow(const LaneRow &row)
{
    return text(row);
}

QByteArray encodeRow(const CallbackRow &row)
{
    return text(row);
}

}  // namespace holdline::monitor
