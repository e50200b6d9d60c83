// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/updatesource.h"

#include <QList>

#include <algorithm>

namespace holdline::test {

/// An UpdateSource that records commands. The test sends the replies.
class FakeSource : public monitor::UpdateSource
{
public:
    QByteArray send(monitor::Command::Verb verb, const QByteArray &target) override
    {
        if (!isThere)
            return {};
        sent.append({QByteArray::number(sent.size()), verb, target});
        return sent.last().id;
    }
    void answer(qsizetype which, bool ok, const QString &text)
    {
        monitor::Reply reply;
        reply.ok = ok;
        reply.text = text;
        answer(which, reply);
    }
    /// Sends the reply to command number `which`. Sets the reply's id to the id of the command.
    void answer(qsizetype which, monitor::Reply reply)
    {
        reply.id = sent[which].id;
        Q_EMIT replied(reply);
    }
    /// Returns the number of commands with this verb.
    int count(monitor::Command::Verb verb) const
    {
        return static_cast<int>(
            std::count_if(sent.begin(), sent.end(), [verb](const auto &one) { return one.verb == verb; }));
    }

    bool isThere = true;
    QList<monitor::Command> sent;
};

}  // namespace holdline::test
