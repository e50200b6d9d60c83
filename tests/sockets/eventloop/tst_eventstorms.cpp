// SPDX-License-Identifier: GPL-3.0-or-later
// Random scripts from a seed, on Qt's event loop and on holdline's. Everything happens at once: event loops
// inside slots, timers of 0 to 20 ms, and threads that post, wake and interrupt. Any effect may close and
// reopen descriptors. Each event must happen as often as it was requested, in order, and not after it was
// cancelled. The time of an event is not checked.
#include "tests/sockets/eventloop/eventloopfixture.h"
#include "tests/sockets/eventloop/eventrandom.h"
#include "tests/sockets/eventloop/eventvictim.h"
#include "tests/support/suite.h"

#include <QAbstractEventDispatcher>
#include <QEventLoop>
#include <QRegularExpression>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <thread>
#include <vector>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using Type = QSocketNotifier::Type;

namespace {

constexpr std::size_t kChannels = 6;
constexpr std::size_t kVictims = 6;
constexpr std::size_t kVictimTimers = 3;
constexpr int kDeepest = 3;  ///< greatest depth of nested event loops
constexpr int kTokenSize = 4;

class Storm
{
public:
    Storm(quint32 seed, Trace &trace) : m_random(seed), m_trace(trace)
    {
        m_last.fill(-1);
        m_receiver.onEvent = [this](int token) { arrive(token, kChannels); };
        m_receiver.onTimer = [this](int id) { handleTimer(id); };
        for (std::size_t i = 0; i < kChannels; ++i)
            open(i);
        for (std::size_t i = 0; i < kVictims; ++i)
            m_victims.push_back(std::make_unique<Victim>(trace));
    }

    void run(int stretches)
    {
        for (int i = 0; i < stretches; ++i) {
            for (int left = 1 + m_random.below(12); left > 0; --left) {
                const int token = draw(3);
                const int how = m_random.below(4);
                m_effects[static_cast<std::size_t>(token)].isOrdered = how < 2;
                dispatch(how, token, m_random.below(kChannels), m_random.below(21));
                if (m_random.oneIn(4))
                    turn();
            }
            settle();
            if (m_random.oneIn(3))
                open(static_cast<std::size_t>(m_random.below(kChannels)));
        }
        for (const auto &victim : m_victims) {
            victim->reopen(2);
            victim->create();
        }
        settle();
    }

private:
    enum class Kind { Nothing, Send, Turn, Loop, Wait, Mess, MessTimer };
    struct Effect
    {
        Kind kind = Kind::Nothing;
        int what = 0;
        int token = 0;  ///< token that Send writes
        int at = 0;
        int number = 0;
        bool isOrdered = false;  ///< written or posted by the script itself, so in a fixed order
    };
    struct Channel
    {
        Ends ends;
        Notifier read;
        QByteArray input;
        bool isGreedy = false;  ///< reads everything that is available instead of one token
    };
    struct Timer
    {
        int token = 0;
        int left = 0;
    };

    int draw(int depth)
    {
        Effect effect;
        effect.kind = static_cast<Kind>(m_random.below(7));
        if (effect.kind == Kind::Send && depth > 0)
            effect.token = draw(depth - 1);
        else if (effect.kind == Kind::Send)
            effect.kind = Kind::Nothing;
        effect.what = m_random.below(effect.kind == Kind::Send ? 4 : 10);
        effect.at = m_random.below(kChannels);
        effect.number = m_random.below(21);
        m_effects.push_back(effect);
        return static_cast<int>(m_effects.size()) - 1;
    }

    void dispatch(int how, int token, int at, int number)
    {
        ++m_due;
        switch (how) {
            case 0:
                m_channels[static_cast<std::size_t>(at)].ends.there.write(
                    QByteArray::number(token).rightJustified(kTokenSize, '0').constData());
                break;
            case 1:
                m_receiver.post(token);
                break;
            case 2: {
                const int times = 1 + at % 2;
                m_due += times - 1;
                const auto type = at < 3 ? Qt::PreciseTimer : Qt::CoarseTimer;
                m_timers[m_receiver.startTimer(number, type)] = {token, times};
                break;
            }
            default:
                m_threads.emplace_back([this, token, loop = dispatcher()] {
                    loop->wakeUp();
                    m_receiver.post(token);
                    loop->interrupt();
                });
        }
    }

    /// Handles the arrival of a token. `from` is the token's channel, or kChannels for a token without a
    /// channel.
    void arrive(int token, std::size_t from)
    {
        ++m_arrived;
        m_log << QByteArray::number(token);
        const Effect effect = m_effects[static_cast<std::size_t>(token)];
        if (effect.isOrdered) {
            if (token <= m_last[from])
                m_trace << "! out of order: " + QByteArray::number(token);
            m_last[from] = token;
        }
        perform(effect);
    }

    void perform(const Effect &effect)
    {
        const bool mayNest = m_depth < kDeepest;
        ++m_depth;
        switch (effect.kind) {
            case Kind::Nothing:
                break;
            case Kind::Send:
                dispatch(effect.what, effect.token, effect.at, effect.number);
                break;
            case Kind::Turn:
                if (mayNest)
                    turn();
                break;
            case Kind::Loop:
                if (mayNest) {
                    QEventLoop inner;
                    QMetaObject::invokeMethod(&inner, &QEventLoop::quit, Qt::QueuedConnection);
                    inner.exec();
                }
                break;
            case Kind::Wait:
                if (mayNest) {
                    // A nested event loop may consume the wake-up. Qt's loop would then wait in this turn.
                    const bool isQts = dispatcher()->inherits("QEventDispatcherUNIX");
                    dispatcher()->wakeUp();
                    turn(isQts ? QEventLoop::AllEvents : QEventLoop::WaitForMoreEvents);
                }
                break;
            case Kind::Mess:
                mess(*m_victims[static_cast<std::size_t>(effect.at)], effect.what);
                break;
            case Kind::MessTimer: {
                int &id = m_victimTimers[static_cast<std::size_t>(effect.at) % kVictimTimers];
                if (id != 0)
                    m_receiver.killTimer(std::exchange(id, 0));
                if (effect.what < 6)
                    id = m_receiver.startTimer(effect.number);
                break;
            }
        }
        --m_depth;
    }

    static void mess(Victim &victim, int what)
    {
        switch (what) {
            case 0:
                return victim.enable(false);
            case 1:
                return victim.enable(true);
            case 2:
                return victim.remove();
            case 3:
                return victim.create();
            case 4:
            case 5:
            case 6:
                return victim.reopen(what - 4);
            case 7:
                return victim.closePeer();
            default:
                return victim.write();
        }
    }

    void handleTimer(int id)
    {
        const auto victim = std::find(m_victimTimers.begin(), m_victimTimers.end(), id);
        if (victim != m_victimTimers.end()) {
            // Fires only once. A repeating timer would wake the loop for ever and hide a lost wake-up.
            m_receiver.killTimer(std::exchange(*victim, 0));
            return;
        }
        const auto found = m_timers.find(id);
        if (found == m_timers.end()) {
            m_trace << "! told of a dead timer";
            return;
        }
        const int token = found->second.token;
        if (--found->second.left == 0) {
            m_receiver.killTimer(id);
            m_timers.erase(found);
        }
        arrive(token, kChannels);
    }

    /// Opens the channel's sockets anew. Call this function only when nothing is in transit.
    void open(std::size_t at)
    {
        Channel &channel = m_channels[at];
        channel.ends.here.close();
        channel.read.reset();
        channel.ends = m_random.oneIn(3) ? Ends::pipe() : Ends::sockets();
        channel.isGreedy = m_random.oneIn(2);
        channel.read = notify(channel.ends.here, Type::Read, [this, &channel, at] {
            std::array<char, kTokenSize> one{};
            if (channel.isGreedy)
                channel.input += channel.ends.here.read();
            else if (::read(channel.ends.here.get(), one.data(), one.size()) == kTokenSize)
                channel.input.append(one.data(), kTokenSize);
            while (channel.input.size() >= kTokenSize) {
                const int token = channel.input.left(kTokenSize).toInt();
                channel.input.remove(0, kTokenSize);
                arrive(token, at);
            }
        });
    }

    void settle()
    {
        if (!until([this] { return m_arrived >= m_due; }))
            m_trace << "! lost: " + QByteArray::number(m_due - m_arrived);
        for (std::thread &thread : m_threads)
            thread.join();
        m_threads.clear();
        for (const auto &victim : m_victims)
            victim->probe();
        if (!until([this] {
                return std::none_of(m_victims.begin(), m_victims.end(),
                                    [](const auto &victim) { return victim->isProbed(); });
            }))
            m_trace << "! a notifier is told no more";
        std::sort(m_log.begin(), m_log.end());
        m_trace << m_log.join(' ');
        m_log.clear();
    }

    Random m_random;
    Trace &m_trace;
    Trace m_log;  ///< tokens that arrived in this part of the script
    std::vector<Effect> m_effects;
    std::array<Channel, kChannels> m_channels;
    std::array<int, kChannels + 1> m_last{};  ///< last token of each ordered channel
    std::vector<std::unique_ptr<Victim>> m_victims;
    std::map<int, Timer> m_timers;
    std::array<int, kVictimTimers> m_victimTimers{};
    std::vector<std::thread> m_threads;
    int m_due = 0;
    int m_arrived = 0;
    int m_depth = 0;
    Receiver m_receiver;
};

}  // namespace

class TestEventStorms : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".?"_s)); }

    void nothingIsLostOnEitherLoop_data() { seedRows(); }
    void nothingIsLostOnEitherLoop()
    {
        QFETCH(quint32, seed);
        const auto play = [seed](Trace &trace) { Storm(seed, trace).run(30); };
        const Trace ours = observe(EventLoop::Epoll, play);
        const Trace qts = observe(EventLoop::Qt, play);
        QCOMPARE(ours, qts);
        for (const QByteArray &line : ours)
            QVERIFY2(!line.startsWith('!'), line.constData());
        QCOMPARE(ours.size(), 31);
    }
};

HOLDLINE_TEST(TestEventStorms)
#include "tst_eventstorms.moc"
