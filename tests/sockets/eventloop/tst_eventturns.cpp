// SPDX-License-Identifier: GPL-3.0-or-later
// Random scripts from a seed, on Qt's event loop and on holdline's. After each turn both must have activated
// the same notifiers, timers and events. Within a turn only the order of posted events is fixed.
#include "tests/sockets/eventloop/eventloopfixture.h"
#include "tests/sockets/eventloop/eventrandom.h"
#include "tests/support/suite.h"

#include <QRegularExpression>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <vector>

using namespace holdline;
using namespace holdline::test;
using namespace Qt::StringLiterals;
using Type = QSocketNotifier::Type;

namespace {

constexpr int kPlaces = 10;
constexpr int kTimers = 4;
constexpr int kMostUnread = 50;

/// What a notifier's slot does. It changes only notifiers of its own place, because the order of activations
/// in a turn is not fixed.
enum class Reaction { Nothing, ReadAll, ReadOne, Disable, Delete, DisableAndEnable, Sibling, Post };
constexpr int kReactions = 8;

class Script
{
public:
    Script(quint32 seed, Trace &trace) : m_random(seed), m_trace(trace)
    {
        m_receiver.onEvent = [this](int number) { handleEvent(number); };
        m_receiver.onTimer = [this](int id) {
            const auto found = std::find(m_timers.begin(), m_timers.end(), id);
            m_told << (found == m_timers.end() ? QByteArray("dead timer")
                                               : "timer" + QByteArray::number(found - m_timers.begin()));
        };
    }

    void run(int steps)
    {
        for (int i = 0; i < steps; ++i) {
            Step step = draw();
            m_trace << step.name;
            step.run();
            if (m_random.oneIn(2))
                turnOnce();
        }
    }

private:
    struct Place
    {
        Ends ends;
        std::array<Notifier, 3> notifiers;
        std::vector<Descriptor> copies;  ///< duplicates of earlier `here` descriptors
        int unread = 0;                  ///< upper bound of the unread bytes

        bool isOpen() const { return ends.here.get() >= 0; }
        bool hasPeer() const { return ends.there.get() >= 0; }
    };
    struct Step
    {
        QByteArray name;
        std::function<void()> run;
    };

    void turnOnce()
    {
        m_told.clear();
        turn();
        std::sort(m_told.begin(), m_told.end());
        m_trace << "turn: " + m_told.join(", ");
    }

    Step draw()
    {
        const auto at = static_cast<std::size_t>(m_random.below(kPlaces));
        const auto kind = static_cast<std::size_t>(m_random.below(3));
        const bool flag = m_random.oneIn(2);
        const int what = m_random.below(5);
        const auto reaction = static_cast<Reaction>(m_random.below(kReactions));
        Place &place = m_places[at];
        const auto named = [&](const char *name, auto run) {
            return Step{QByteArray(name) + ' ' + QByteArray::number(at) + ' ' + QByteArray::number(kind),
                        run};
        };
        switch (m_random.below(17)) {
            case 0:
            case 1:
                return named("open", [this, &place, what] { open(place, what); });
            case 2:
            case 3:
            case 4:
                return named("create", [this, &place, kind, reaction] { create(place, kind, reaction); });
            case 5:
            case 6:
                return named(flag ? "enable" : "disable", [&place, kind, flag] {
                    if (place.notifiers[kind])
                        place.notifiers[kind]->setEnabled(flag);
                });
            case 7:
                return named("delete", [&place, kind] { place.notifiers[kind].reset(); });
            case 8:
            case 9:
                return named("write", [&place] { write(place); });
            case 10:
                return named("read", [&place] { read(place); });
            case 11:
                return named("fill", [&place] {
                    if (place.isOpen() && place.hasPeer())
                        place.ends.here.fill();
                });
            case 12:
                return named("drain", [&place] {
                    if (place.hasPeer())
                        place.ends.there.read();
                });
            case 13:
                return named("close peer", [&place] { place.ends.there.close(); });
            case 14:
                return named("renew", [&place] { renew(place); });
            case 15:
                return named("timer", [this, at, flag] { setTimer(at % kTimers, flag); });
            default:
                return later();
        }
    }

    /// Returns a step that posts another step as an event. Posted events keep their order.
    Step later()
    {
        Step step = draw();
        return {"post " + step.name, [this, step] {
                    m_posted.push_back(step);
                    m_receiver.post(1);
                }};
    }

    void handleEvent(int number)
    {
        if (number != 1) {
            m_told << "event";
            return;
        }
        const Step step = m_posted.front();
        m_posted.pop_front();
        // Posted events run before everything else in their turn, and in order.
        m_trace << "posted: " + step.name;
        step.run();
    }

    /// Closes the old descriptor in one of three usual ways. Its number is most likely reused.
    void open(Place &place, int what)
    {
        const int way = m_openings++ % 3;
        if (way == 0)
            place.notifiers = {};
        if (way == 1 && place.isOpen())
            place.copies.emplace_back(::fcntl(place.ends.here.get(), F_DUPFD_CLOEXEC, 0));
        place.ends.here.close();
        place.notifiers = {};
        if (what == 0)
            place.ends = {openFile("/dev/null"), Descriptor()};
        else
            place.ends = what < 3 ? Ends::pipe() : Ends::sockets();
        place.unread = 0;
        if (place.copies.size() > 3)
            place.copies.clear();
    }

    void create(Place &place, std::size_t kind, Reaction reaction)
    {
        place.notifiers[kind].reset();
        if (!place.isOpen())
            return;
        const QByteArray name = QByteArray::number(&place - m_places.data()) + '.' + QByteArray::number(kind);
        place.notifiers[kind] =
            notify(place.ends.here, static_cast<Type>(kind), [this, name, &place, kind, reaction] {
                m_told << name;
                react(place, kind, reaction);
            });
    }

    void react(Place &place, std::size_t kind, Reaction reaction)
    {
        switch (reaction) {
            case Reaction::Nothing:
                break;
            case Reaction::ReadAll:
                m_told << QByteArray::number(read(place)) + " read";
                break;
            case Reaction::ReadOne: {
                char one = 0;
                if (::read(place.ends.here.get(), &one, 1) == 1)
                    --place.unread;
                break;
            }
            case Reaction::Disable:
                place.notifiers[kind]->setEnabled(false);
                break;
            case Reaction::Delete:
                place.notifiers[kind].reset();
                break;
            case Reaction::DisableAndEnable:
                place.notifiers[kind]->setEnabled(false);
                place.notifiers[kind]->setEnabled(true);
                break;
            case Reaction::Sibling: {
                // The new notifier is not activated before the next turn.
                const std::size_t next = (kind + 1) % 3;
                if (!place.notifiers[next])
                    create(place, next, Reaction::ReadOne);
                break;
            }
            case Reaction::Post:
                m_receiver.post(2);
                break;
        }
    }

    static void write(Place &place)
    {
        if (place.isOpen() && place.hasPeer() && place.unread < kMostUnread) {
            place.ends.there.write();
            ++place.unread;
        }
    }

    static qsizetype read(Place &place)
    {
        const qsizetype got = place.isOpen() ? place.ends.here.read().size() : 0;
        place.unread = 0;
        return got;
    }

    /// Opens another file with the same descriptor number, and creates the same notifiers.
    static void renew(Place &place)
    {
        if (!place.isOpen())
            return;
        std::array<bool, 3> wereEnabled{};
        for (std::size_t kind = 0; kind < 3; ++kind) {
            wereEnabled[kind] = place.notifiers[kind] && place.notifiers[kind]->isEnabled();
            if (wereEnabled[kind])
                place.notifiers[kind]->setEnabled(false);
        }
        const int number = place.ends.here.get();
        place.ends.here.close();
        place.ends = Ends::socketsAt(number);
        place.unread = 0;
        for (std::size_t kind = 0; kind < 3; ++kind) {
            if (wereEnabled[kind])
                place.notifiers[kind]->setEnabled(true);
        }
    }

    /// Starts or stops a timer of 0 ms, which fires once per turn.
    void setTimer(std::size_t at, bool starts)
    {
        int &id = m_timers[at];
        if (id != 0)
            m_receiver.killTimer(std::exchange(id, 0));
        if (starts)
            id = m_receiver.startTimer(0);
    }

    Random m_random;
    Trace &m_trace;
    Trace m_told;  ///< activations in this turn
    std::array<Place, kPlaces> m_places;
    std::array<int, kTimers> m_timers{};
    std::deque<Step> m_posted;
    int m_openings = 0;
    Receiver m_receiver;
};

}  // namespace

class TestEventTurns : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(u".?"_s)); }

    void bothLoopsTellTheSame_data() { seedRows(); }
    void bothLoopsTellTheSame()
    {
        QFETCH(quint32, seed);
        const auto play = [seed](Trace &trace) { Script(seed, trace).run(3000); };
        const Trace ours = observe(EventLoop::Epoll, play);
        const Trace qts = observe(EventLoop::Qt, play);
        const auto [differs, other] = std::mismatch(ours.begin(), ours.end(), qts.begin(), qts.end());
        if (differs != ours.end()) {
            const auto at = differs - ours.begin();
            qInfo().noquote()
                << "before it:"
                << ours.mid(std::max<qsizetype>(0, at - 40), std::min<qsizetype>(at, 40)).join('\n');
        }
        QCOMPARE(ours, qts);
        // Fails if the script caused too few activations.
        const auto told = std::count_if(ours.begin(), ours.end(), [](const QByteArray &line) {
            return line.startsWith("turn: ") && line.size() > 6;
        });
        QCOMPARE_GT(told, 500);
    }
};

HOLDLINE_TEST(TestEventTurns)
#include "tst_eventturns.moc"
