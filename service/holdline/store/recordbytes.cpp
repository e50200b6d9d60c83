// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/recordbytes.h"

#include <QDataStream>
#include <QtEndian>

#include <concepts>
#include <tuple>

#include <zlib.h>

namespace holdline {

namespace {

/// The version of an encoding, its first byte. A new form gets the next number, and earlier forms are still
/// read.
template <typename Record>
constexpr std::uint8_t kForm = 1;
/// Each form appends members to the earlier form: form 2 secondFieldsOf(), form 3 thirdFieldsOf() and form 4
/// fourthFieldsOf().
template <>
constexpr std::uint8_t kForm<JobRecord> = 4;
template <>
constexpr std::uint8_t kForm<RecordedAnswer> = 2;
template <>
constexpr std::uint8_t kForm<RecordedRequest> = 2;
template <>
constexpr std::uint8_t kForm<DeadLetter> = 2;

/// A record, const or not: fieldsOf() serves both writing and reading.
template <typename Object, typename Record>
concept Maybe = std::same_as<std::remove_const_t<Object>, Record>;

// fieldsOf() lists the members of a record in the order of their bytes, for Writer and Reader. A member that
// is not listed is not stored. After adding a member, list it, then adapt this size. JobStatus::queuedEnd is
// left out on purpose; see its comment. JobStatus::progressSeen came with form 3.
static_assert(sizeof(JobStatus) == 12);

auto fieldsOf(Maybe<JobStatus> auto &status)
{
    return std::tie(status.state, status.durable, status.handedOver, status.interrupted, status.passThrough,
                    status.attempted, status.startInFlight, status.startUnknown, status.resultSeen,
                    status.outcome);
}

/// Lists the members without the request, the answer and the members of later forms.
auto fieldsOf(Maybe<JobRecord> auto &record)
{
    return std::tie(record.id, record.account, record.token, record.key, record.fingerprint, record.status,
                    record.revision, record.attempts, record.upstreamId, record.requestId, record.client,
                    record.startTrouble, record.joined, record.created, record.deadline, record.started,
                    record.answered, record.callback, record.settled, record.expired);
}

auto secondFieldsOf(Maybe<JobRecord> auto &record)
{
    return std::tie(record.repeatable, record.journal);
}
auto secondFieldsOf(Maybe<RecordedAnswer> auto &answer)
{
    return std::tie(answer.fields);
}
auto secondFieldsOf(Maybe<RecordedRequest> auto &request)
{
    return std::tie(request.method);
}
auto secondFieldsOf(Maybe<DeadLetter> auto &letter)
{
    return std::tie(letter.target, letter.method, letter.headers);
}
auto secondFieldsOf(auto &)
{
    return std::tuple<>();
}

auto thirdFieldsOf(Maybe<JobRecord> auto &record)
{
    return std::tie(record.status.progressSeen, record.progress.reports, record.progress.state, record.route,
                    record.upstreamLocation, record.addressTold);
}
auto thirdFieldsOf(auto &)
{
    return std::tuple<>();
}

auto fourthFieldsOf(Maybe<JobRecord> auto &record)
{
    return std::tie(record.fetchable);
}
auto fourthFieldsOf(auto &)
{
    return std::tuple<>();
}

auto fieldsOf(Maybe<RecordedRequest> auto &request)
{
    return std::tie(request.target, request.body, request.headers);
}

auto fieldsOf(Maybe<RecordedAnswer> auto &answer)
{
    return std::tie(answer.status, answer.contentType, answer.body, answer.proxyStatus);
}

/// Lists the members without the body.
auto fieldsOf(Maybe<DeadLetter> auto &letter)
{
    return std::tie(letter.id, letter.kind, letter.at, letter.reason, letter.job, letter.account, letter.peer,
                    letter.detail, letter.token, letter.contentType, letter.cut, letter.bytes,
                    letter.redriven);
}

/// Writes the format of QDataStream version Qt_6_0, which Reader reads. QDataStream over a QBuffer would cost
/// seven times as much.
class Writer
{
public:
    explicit Writer(std::uint8_t form)
    {
        m_bytes.reserve(kUsualBytes);
        m_bytes.append(static_cast<char>(form));
    }
    template <typename... Values>
    void all(const Values &...values)
    {
        (add(values), ...);
    }
    QByteArray bytes() const { return m_bytes; }

private:
    static constexpr qsizetype kUsualBytes = 512;

    template <typename Number>
    void append(Number value)
    {
        const Number bigEndian = qToBigEndian(value);
        m_bytes.append(reinterpret_cast<const char *>(&bigEndian), sizeof bigEndian);
    }
    void add(const QByteArray &bytes)
    {
        append(bytes.isNull() ? 0xffffffffU : static_cast<quint32>(bytes.size()));
        m_bytes.append(bytes);
    }
    void add(bool value) { m_bytes.append(value ? '\1' : '\0'); }
    void add(int value) { append(static_cast<qint32>(value)); }
    void add(std::uint64_t value) { append(static_cast<quint64>(value)); }
    void add(std::int64_t value) { append(static_cast<qint64>(value)); }
    void add(WallTime value) { add(static_cast<std::int64_t>(value.time_since_epoch().count())); }
    void add(std::optional<WallTime> value)
    {
        add(value.has_value());
        add(value.value_or(WallTime{}));
    }
    void add(JobState state) { add(static_cast<int>(state)); }
    void add(DeadLetter::Kind kind) { add(static_cast<int>(kind)); }
    void add(Reason reason) { add(QByteArray(name(reason).data(), name(reason).size())); }
    void add(const JobStatus &status)
    {
        std::apply([this](const auto &...values) { (add(values), ...); }, fieldsOf(status));
    }
    void add(const std::vector<std::pair<QByteArray, QByteArray>> &fields)
    {
        add(static_cast<int>(fields.size()));
        for (const auto &[name, value] : fields)
            all(name, value);
    }
    void add(JournalEvent event) { add(static_cast<int>(event)); }
    void add(const JobJournal &journal)
    {
        all(journal.omitted(), static_cast<int>(journal.entries().size()));
        for (const JournalEntry &entry : journal.entries())
            all(entry.at, entry.event, entry.number, entry.detail);
    }

    QByteArray m_bytes;
};

class Reader
{
public:
    Reader(const QByteArray &bytes, std::uint8_t newestForm) : m_stream(bytes)
    {
        m_stream.setVersion(QDataStream::Qt_6_0);
        m_stream >> m_form;
        m_good = m_form >= 1 && m_form <= newestForm;
    }
    std::uint8_t form() const { return m_form; }
    template <typename... Values>
    void all(Values &...values)
    {
        (get(values), ...);
    }
    /// False when a value was missing or invalid, or when bytes are left.
    bool isGood() const { return m_good && m_stream.status() == QDataStream::Ok && m_stream.atEnd(); }

private:
    void get(QByteArray &bytes) { m_stream >> bytes; }
    void get(bool &value) { m_stream >> value; }
    void get(qint32 &value) { m_stream >> value; }
    template <std::integral Number>
    void get(Number &value)
    {
        static_assert(sizeof value == sizeof(qint64));
        std::conditional_t<std::is_signed_v<Number>, qint64, quint64> read = 0;
        m_stream >> read;
        value = static_cast<Number>(read);
    }
    void get(WallTime &value)
    {
        std::int64_t read = 0;
        get(read);
        value = WallTime(std::chrono::milliseconds(read));
    }
    void get(std::optional<WallTime> &value)
    {
        bool has = false;
        WallTime read;
        get(has);
        get(read);
        value = has ? std::optional(read) : std::nullopt;
    }
    template <typename Enum>
    void get(Enum &value, Enum last)
    {
        int read = 0;
        get(read);
        m_good = m_good && read >= 0 && read <= static_cast<int>(last);
        if (m_good)
            value = static_cast<Enum>(read);
    }
    void get(JobState &state) { get(state, JobState::Settled); }
    void get(DeadLetter::Kind &kind) { get(kind, DeadLetter::Kind::Job); }
    void get(Reason &reason)
    {
        QByteArray read;
        get(read);
        for (int i = 0; i < kReasonCount; ++i) {
            reason = static_cast<Reason>(i);
            if (name(reason) == QLatin1StringView(read))
                return;
        }
        m_good = false;
    }
    void get(JobStatus &status)
    {
        std::apply([this](auto &...values) { (get(values), ...); }, fieldsOf(status));
    }
    void get(std::vector<std::pair<QByteArray, QByteArray>> &fields)
    {
        int count = 0;
        get(count);
        for (; count > 0 && m_good && m_stream.status() == QDataStream::Ok; --count) {
            auto &[name, value] = fields.emplace_back();
            all(name, value);
        }
    }
    void get(JournalEvent &event) { get(event, static_cast<JournalEvent>(kJournalEventCount - 1)); }
    void get(JobJournal &journal)
    {
        int omitted = 0;
        int count = 0;
        all(omitted, count);
        std::vector<JournalEntry> entries;
        for (; count > 0 && m_good && m_stream.status() == QDataStream::Ok; --count) {
            JournalEntry &entry = entries.emplace_back();
            all(entry.at, entry.event, entry.number, entry.detail);
        }
        journal = JobJournal(std::move(entries), omitted);
    }

    QDataStream m_stream;
    std::uint8_t m_form = 0;
    bool m_good = true;
};

}  // namespace

template <typename Record>
QByteArray toBytes(const Record &record)
{
    Writer writer(kForm<Record>);
    const auto writeAll = [&writer](const auto &...values) { writer.all(values...); };
    std::apply(writeAll, fieldsOf(record));
    std::apply(writeAll, secondFieldsOf(record));
    std::apply(writeAll, thirdFieldsOf(record));
    std::apply(writeAll, fourthFieldsOf(record));
    return writer.bytes();
}

template <typename Record>
std::optional<Record> fromBytes(const QByteArray &bytes)
{
    Record record;
    Reader reader(bytes, kForm<Record>);
    const auto readAll = [&reader](auto &...values) { reader.all(values...); };
    std::apply(readAll, fieldsOf(record));
    if (reader.form() > 1)
        std::apply(readAll, secondFieldsOf(record));
    if (reader.form() > 2)
        std::apply(readAll, thirdFieldsOf(record));
    if (reader.form() > 3)
        std::apply(readAll, fourthFieldsOf(record));
    return reader.isGood() ? std::optional(std::move(record)) : std::nullopt;
}

template QByteArray toBytes(const JobRecord &);
template QByteArray toBytes(const RecordedRequest &);
template QByteArray toBytes(const RecordedAnswer &);
template QByteArray toBytes(const DeadLetter &);
template std::optional<JobRecord> fromBytes(const QByteArray &);
template std::optional<RecordedRequest> fromBytes(const QByteArray &);
template std::optional<RecordedAnswer> fromBytes(const QByteArray &);
template std::optional<DeadLetter> fromBytes(const QByteArray &);

std::uint32_t checksum(const QByteArray &id, const QByteArray &bytes)
{
    const auto add = [](uLong sum, const QByteArray &part) {
        return crc32_z(sum, reinterpret_cast<const Bytef *>(part.constData()),
                       static_cast<z_size_t>(part.size()));
    };
    return static_cast<std::uint32_t>(add(add(crc32_z(0, nullptr, 0), id), bytes));
}

}  // namespace holdline
