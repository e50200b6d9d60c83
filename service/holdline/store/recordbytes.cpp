// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/recordbytes.h"

#include <QDataStream>
#include <QtEndian>

#include <concepts>
#include <tuple>

#include <zlib.h>

namespace holdline {

namespace {

/// The first byte of all encodings. A new form gets the next number.
constexpr std::uint8_t kForm = 1;

/// A record that is read, or one that is written and const.
template <typename Object, typename Record>
concept Maybe = std::same_as<std::remove_const_t<Object>, Record>;

// The members in the order of their bytes, for Writer and Reader. A member that is not listed is lost: list a
// new one, then adapt this number.
// JobStatus::queuedEnd is left out on purpose; see there.
static_assert(sizeof(JobStatus) == 11);

auto fieldsOf(Maybe<JobStatus> auto &status)
{
    return std::tie(status.state, status.durable, status.handedOver, status.interrupted, status.passThrough,
                    status.attempted, status.startInFlight, status.startUnknown, status.resultSeen,
                    status.outcome);
}

/// Without its request and its answer.
auto fieldsOf(Maybe<JobRecord> auto &record)
{
    return std::tie(record.id, record.account, record.token, record.key, record.fingerprint, record.status,
                    record.revision, record.attempts, record.upstreamId, record.requestId, record.client,
                    record.startTrouble, record.joined, record.created, record.deadline, record.started,
                    record.answered, record.callback, record.settled, record.expired);
}

auto fieldsOf(Maybe<RecordedRequest> auto &request)
{
    return std::tie(request.target, request.body, request.headers);
}

auto fieldsOf(Maybe<RecordedAnswer> auto &answer)
{
    return std::tie(answer.status, answer.contentType, answer.body, answer.proxyStatus);
}

/// Without its body.
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
    Writer()
    {
        m_bytes.reserve(kUsualBytes);
        m_bytes.append(static_cast<char>(kForm));
    }
    template <typename... Values>
    QByteArray all(const Values &...values)
    {
        (add(values), ...);
        return m_bytes;
    }

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

    QByteArray m_bytes;
};

class Reader
{
public:
    explicit Reader(const QByteArray &bytes) : m_stream(bytes)
    {
        m_stream.setVersion(QDataStream::Qt_6_0);
        std::uint8_t form = 0;
        m_stream >> form;
        m_good = form == kForm;
    }
    /// Returns false when a value is missing or invalid, or when bytes are left.
    template <typename... Values>
    bool all(Values &...values)
    {
        (get(values), ...);
        return m_good && m_stream.status() == QDataStream::Ok && m_stream.atEnd();
    }

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

    QDataStream m_stream;
    bool m_good = true;
};

}  // namespace

template <typename Record>
QByteArray toBytes(const Record &record)
{
    return std::apply([](const auto &...values) { return Writer().all(values...); }, fieldsOf(record));
}

template <typename Record>
std::optional<Record> fromBytes(const QByteArray &bytes)
{
    Record record;
    const auto readAll = [&bytes](auto &...values) { return Reader(bytes).all(values...); };
    if (!std::apply(readAll, fieldsOf(record)))
        return std::nullopt;
    return record;
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
