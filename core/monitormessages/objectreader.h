// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/monitormessages/monitorfields.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <concepts>
#include <limits>

/// Internal to the decoders of this folder.
namespace holdline::monitor {

/// Reads a JSON object whose members describe() lists. The first error is stored in `error`; values that are
/// read after an error are meaningless. `object` and `error` must outlive the reader.
class ObjectReader
{
public:
    ObjectReader(const QJsonObject &object, QString &error) : m_object(object), m_error(error) {}

    void constant(QLatin1StringView, QLatin1StringView) const {}
    template <typename Value>
    void always(QLatin1StringView name, Value &value) const
    {
        read(name, value);
    }
    template <typename Value>
    void optional(QLatin1StringView name, Value &value) const
    {
        read(name, value);
    }
    template <typename Value>
    void required(QLatin1StringView name, Value &value) const
    {
        require(name);
        read(name, value);
    }
    /// For an array of counts, an unknown name in the object is an error. Other arrays ignore unknown names.
    template <typename Enum, typename Value, std::size_t size>
    void byName(QLatin1StringView member, std::array<Value, size> &values, Enum) const
    {
        const QJsonObject object = objectAt(member);
        const ObjectReader reader(object, m_error);
        qsizetype known = 0;
        for (std::size_t i = 0; i < size; ++i) {
            const QLatin1StringView key = name(static_cast<Enum>(i));
            if (key.isEmpty() || !reader.has(key))
                continue;
            reader.read(key, values[i]);
            ++known;
        }
        if (std::integral<Value> && known != object.size())
            fail(member, u"counts under words this program knows"_s);
    }
    void bytes(QLatin1StringView text, QLatin1StringView base64, QByteArray &value) const
    {
        QByteArray coded;
        read(text, value);
        read(base64, coded);
        if (coded.isEmpty())
            return;
        const auto decoded = QByteArray::fromBase64Encoding(coded, QByteArray::AbortOnBase64DecodingErrors);
        if (!decoded || !value.isEmpty())
            fail(base64, u"base64 in place of a text"_s);
        else
            value = *decoded;
    }

    void require(QLatin1StringView name) const
    {
        if (!has(name))
            fail(name, u"there"_s);
    }
    void fail(QLatin1StringView name, const QString &expected) const
    {
        if (m_error.isEmpty())
            m_error = u"member \"%1\" is not %2"_s.arg(name, expected);
    }

private:
    bool has(QLatin1StringView name) const { return m_object.contains(name); }

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
        // Up to the year 9999, so that later calculations cannot overflow.
        if (count < 0 || count > 253'402'300'800'000)
            fail(name, u"a time in milliseconds since 1970"_s);
        else
            at = WallTime(Milliseconds(count));
    }
    template <typename Count, typename Period>
    void read(QLatin1StringView name, std::chrono::duration<Count, Period> &duration) const
    {
        std::int64_t count = 0;
        read(name, count);
        duration = std::chrono::duration<Count, Period>(count);
    }
    void read(QLatin1StringView name, QString &text) const
    {
        QByteArray utf8;
        read(name, utf8);
        text = QString::fromUtf8(utf8);
    }
    template <typename Value>
    void read(QLatin1StringView name, std::optional<Value> &value) const
    {
        if (has(name))
            read(name, value.emplace());
    }
    template <typename Enum>
    requires std::is_enum_v<Enum>
    void read(QLatin1StringView member, Enum &value) const
    {
        static_assert(kCountOf<Enum> > 0);
        const QJsonValue found = m_object.value(member);
        if (found.isUndefined())
            return;
        const QString text = found.toString();
        for (int i = 0; i < kCountOf<Enum>; ++i) {
            if (const auto candidate = static_cast<Enum>(i); !text.isEmpty() && text == name(candidate)) {
                value = candidate;
                return;
            }
        }
        fail(member, u"a word this program knows"_s);
    }
    template <typename Object>
    void read(QLatin1StringView name, Object &value) const
    {
        if (!has(name))
            return;
        const QJsonObject object = objectAt(name);
        describe(ObjectReader(object, m_error), value);
    }
    void read(QLatin1StringView name, std::vector<HistogramSlice::Bucket> &buckets) const
    {
        const QJsonArray numbers = arrayAt(name);
        buckets.reserve(static_cast<std::size_t>(numbers.size() / 2));
        if (numbers.size() % 2 != 0)
            fail(name, u"pairs of numbers"_s);
        for (qsizetype i = 0; i + 1 < numbers.size() && m_error.isEmpty(); i += 2) {
            HistogramSlice::Bucket bucket;
            take(name, numbers[i], bucket.upTo);
            take(name, numbers[i + 1], bucket.count);
            if (bucket.count == 0 || (!buckets.empty() && buckets.back().upTo >= bucket.upTo))
                fail(name, u"in ascending order without empty ones"_s);
            buckets.push_back(bucket);
        }
    }
    template <typename Row>
    void read(QLatin1StringView name, std::vector<Row> &rows) const
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
                describe(ObjectReader(object, m_error), rows.emplace_back());
            }
            if (!m_error.isEmpty())
                return;
        }
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
    template <std::integral Integer>
    void take(QLatin1StringView name, const QJsonValue &value, Integer &number) const
    {
        // JSON numbers are doubles, so only whole numbers below 2⁵³ are exact. -1 means no whole number.
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

    const QJsonObject &m_object;
    QString &m_error;
};

/// Parses a line as a JSON object. When the line is invalid, sets `error`, and the result is meaningless.
inline QJsonObject parseLine(QByteArrayView line, QString &error)
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

}  // namespace holdline::monitor
