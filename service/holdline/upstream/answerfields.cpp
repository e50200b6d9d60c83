// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/upstream/answerfields.h"

#include "core/httpvalues/grammar.h"
#include "service/http/message.h"

#include <iterator>

namespace holdline {

namespace {

constexpr int kSuccessOrRedirect = -1;
constexpr int kAny = 0;

enum class Form : std::uint8_t { Plain, Challenges, Reference };

/// A field that is passed on, and the statuses with which it is passed on.
struct PassedField
{
    QByteArrayView name;
    int status;
    Form form = Form::Plain;
};

// The most important fields first. Without Content-Encoding the body cannot be read.
constexpr PassedField kPassed[] = {
    {"Content-Encoding", kAny},
    {"WWW-Authenticate", kAny, Form::Challenges},
    {"Proxy-Authenticate", 407, Form::Challenges},
    {"Allow", kAny},
    {"Upgrade", 426},
    {"Location", kSuccessOrRedirect, Form::Reference},
    {"Accept", 415},
    {"Accept-Encoding", 415},
    {"Accept-Post", kAny},
    {"Accept-Patch", kAny},
    {"Content-Range", 416},
    {"Content-Language", kAny},
};

bool isPassedWith(const PassedField &field, int status)
{
    return field.status == kAny ||
           (field.status == kSuccessOrRedirect ? status < 400 : field.status == status);
}

/// Returns the position of the first comma outside of quoted strings, or the size of the list.
qsizetype elementLength(QByteArrayView list)
{
    bool isQuoted = false;
    for (qsizetype i = 0; i < list.size(); ++i) {
        if (list[i] == '"')
            isQuoted = !isQuoted;
        else if (list[i] == '\\' && isQuoted)
            ++i;
        else if (list[i] == ',' && !isQuoted)
            return i;
    }
    return list.size();
}

/// True for the first element of a challenge: a scheme alone, or a scheme, a space and more text (RFC 9110,
/// 11.3). A parameter has an equals sign behind its name.
bool beginsChallenge(QByteArrayView element)
{
    const qsizetype scheme = http::tokenLength(element);
    const QByteArrayView rest = http::trimOws(element.sliced(scheme));
    return scheme > 0 && (rest.isEmpty() || (element[scheme] == ' ' && !rest.startsWith('=')));
}

/// Splits a list of challenges. Text that cannot be split is returned as one challenge.
std::vector<QByteArray> challengesOf(QByteArrayView list)
{
    std::vector<QByteArray> all;
    while (!list.isEmpty()) {
        const qsizetype length = elementLength(list);
        const QByteArrayView element = http::trimOws(list.first(length));
        list = length < list.size() ? list.sliced(length + 1) : QByteArrayView();
        if (element.isEmpty())
            continue;
        if (all.empty() || beginsChallenge(element))
            all.push_back(element.toByteArray());
        else
            all.back().append(", ").append(element);
    }
    return all;
}

std::vector<QByteArray> valuesOf(const PassedField &field, const QByteArray &value, const QUrl &url)
{
    switch (field.form) {
        case Form::Challenges:
            return challengesOf(value);
        case Form::Reference:
            if (const QUrl reference = QUrl::fromEncoded(value); reference.isValid())
                return {url.resolved(reference).toEncoded()};
            return {};
        case Form::Plain:
            break;
    }
    return {value};
}

}  // namespace

AnswerFields passedOnFields(const QList<std::pair<QByteArray, QByteArray>> &fields, int status,
                            const QUrl &url)
{
    AnswerFields passed;
    qsizetype bytes = 0;
    for (const PassedField &known : kPassed) {
        if (!isPassedWith(known, status))
            continue;
        for (const auto &[name, value] : fields) {
            if (!http::equalsIgnoreCase(name, known.name))
                continue;
            for (const QByteArray &one : valuesOf(known, value, url)) {
                const qsizetype more = known.name.size() + one.size();
                if (passed.size() == kMaxAnswerFields || bytes + more > kMaxAnswerFieldBytes ||
                    !http::isFieldValue(one))
                    continue;
                bytes += more;
                passed.emplace_back(known.name.toByteArray(), one);
            }
        }
    }
    return passed;
}

}  // namespace holdline
