// SPDX-License-Identifier: GPL-3.0-or-later
// Checks resources/docs/monitor-protocol.md: every member and name of the messages is explained there, and
// its examples are valid messages.
#include "core/monitormessages/monitorcodec.h"
#include "core/monitormessages/monitorfields.h"
#include "tests/support/suite.h"

#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace holdline;
using namespace holdline::monitor;
using namespace Qt::StringLiterals;

namespace {

/// Collects the names of all members that describe() lists.
class Members
{
public:
    explicit Members(QSet<QString> &names) : m_names(names) {}

    void constant(QLatin1StringView name, QLatin1StringView) { m_names.insert(name); }
    template <typename Value>
    void required(QLatin1StringView name, Value &value)
    {
        optional(name, value);
    }
    template <typename Value>
    void always(QLatin1StringView name, Value &value)
    {
        optional(name, value);
    }
    template <typename Value>
    void optional(QLatin1StringView name, Value &value)
    {
        m_names.insert(name);
        look(value);
    }
    template <typename Enum, typename Value, std::size_t size>
    void byName(QLatin1StringView name, std::array<Value, size> &values, Enum)
    {
        m_names.insert(name);
        for (Value &value : values)
            look(value);
    }
    void bytes(QLatin1StringView text, QLatin1StringView base64, QByteArray &)
    {
        m_names.insert(text);
        m_names.insert(base64);
    }

private:
    template <typename Value>
    void look(Value &value)
    {
        if constexpr (requires { describe(*this, value); })
            describe(*this, value);
    }
    template <typename Value>
    void look(std::optional<Value> &value)
    {
        look(value.emplace());
    }
    template <typename Value>
    void look(std::vector<Value> &values)
    {
        look(values.emplace_back());
    }

    QSet<QString> &m_names;
};

template <typename Word>
QSet<QString> words(Word last)
{
    QSet<QString> all;
    for (int i = 0; i <= static_cast<int>(last); ++i)
        all.insert(name(static_cast<Word>(i)));
    all.remove(QString());
    return all;
}

}  // namespace

class TestMonitorProtocol : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QFile file(QStringLiteral(HOLDLINE_SOURCE_DIR "/resources/docs/monitor-protocol.md"));
        QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.errorString()));
        m_text = QString::fromUtf8(file.readAll());
    }

    void everyMemberIsExplained()
    {
        QSet<QString> names{u"seq"_s};
        const auto add = [&names](auto message) { describe(Members(names), message); };
        add(Hello{});
        Update snapshot;
        snapshot.kind = Update::Kind::Snapshot;
        add(snapshot);
        add(Update{});
        add(Reply{});
        for (int i = 0; i < Command::kVerbs; ++i)
            add(Command{{}, static_cast<Command::Verb>(i), {}});
        for (const QLatin1StringView name :
             {"id"_L1, "pass_through"_L1, "paused"_L1, "word"_L1, "failed_writes"_L1, "buckets"_L1,
              "circuit"_L1, "redriven"_L1, "base64"_L1})
            QVERIFY2(names.contains(name), name.data());
        QVERIFY(names.size() > 50);
        // The members of hello and reply may be named only in the page's examples.
        for (const QString &name : std::as_const(names))
            QVERIFY2(m_text.contains(u"`%1`"_s.arg(name)) || m_text.contains(u"\"%1\":"_s.arg(name)),
                     qPrintable(name));
    }

    void everyWordIsExplained()
    {
        const QSet<QString> all = words(RowState::Ended) + words(CircuitState::HalfOpen) +
                                  words(Phase::Total) + words(SnapshotReason::Asked) +
                                  words(Command::Verb::Discard) + words(DeadLetter::Kind::Job) +
                                  words(CallbackOutcome::Malformed) + words(StartFate::Unknown);
        for (const QString &one : all)
            QVERIFY2(m_text.contains(u"`%1`"_s.arg(one)), qPrintable(one));
    }

    void examplesAreMessages()
    {
        // Skips shortened examples, which contain an ellipsis.
        static const QRegularExpression example(u"^\\{\"(?:type|seq|command)\":.*\\}$"_s,
                                                QRegularExpression::MultilineOption);
        int count = 0;
        for (auto it = example.globalMatch(m_text); it.hasNext();) {
            const QByteArray line = it.next().captured().toUtf8();
            if (line.contains("\xE2\x80\xA6"))
                continue;
            ++count;
            const QString error =
                line.startsWith("{\"command\"") ? errorOf(decodeCommand(line)) : errorOf(decode(line));
            QVERIFY2(error.isEmpty(), qPrintable(error + u": "_s + QString::fromUtf8(line)));
        }
        QVERIFY(count >= 6);
    }

    void limitsAreTrue()
    {
        QVERIFY(m_text.contains(u"An update has %1 rows at most"_s.arg(kMaxRowsPerUpdate)));
        QVERIFY(m_text.contains(u"`protocol` is %1."_s.arg(kProtocolVersion)));
        QVERIFY(m_text.contains(u"cut to %1 bytes"_s.arg(kMaxTextBytes)));
        QVERIFY(m_text.contains(u"at most %1 MiB long"_s.arg(kMaxFrameBytes / 1024 / 1024)));
        QVERIFY(m_text.contains(u"the first %1 KiB are sent"_s.arg(BodyPart::kMaxBytes / 1024)));
        QVERIFY(m_text.contains(u"the newest %1 dead letters"_s.arg(kMaxDeadLetters)));
        QVERIFY(m_text.contains(u"shorter than %1 KiB"_s.arg(kMaxCommandBytes / 1024)));
    }

private:
    template <typename Decoded>
    static QString errorOf(const Decoded &decoded)
    {
        const auto *error = std::get_if<QString>(&decoded);
        return error ? *error : QString();
    }

    QString m_text;
};

HOLDLINE_TEST(TestMonitorProtocol)
#include "tst_monitorprotocol.moc"
