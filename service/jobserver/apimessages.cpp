// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/jobserver/apimessages.h"

#include "core/base/ascii.h"
#include "core/json/jsontext.h"
#include "core/profile/formfields.h"
#include "core/profile/messagereading.h"
#include "core/profile/signatures.h"
#include "core/profile/signing.h"
#include "service/jobserver/messagewriter.h"

#include <QRegularExpression>

#include <algorithm>

namespace holdline {

using namespace Qt::StringLiterals;
using profile::Locator;
using profile::Locators;
using profile::Profile;
using profile::StateWords;
using profile::VerifyRule;
using Kind = Locator::Kind;

namespace {

profile::MessageView viewOf(const http::Request &request)
{
    profile::MessageView view;
    view.method = request.method;
    view.path = request.path();
    if (const qsizetype mark = request.target.indexOf('?'); mark >= 0)
        view.query = QByteArrayView(request.target).sliced(mark + 1);
    view.headers = request.headers.all();
    view.body = request.body;
    return view;
}

/// Returns the first URL in a text, or in the text decoded from base64. Empty without a URL.
QUrl urlIn(const QByteArray &text)
{
    static const QRegularExpression kUrl(u"https?://[^\\s\"'<>\\\\]+"_s);
    for (QByteArray one :
         {text, QByteArray::fromBase64(text), QByteArray::fromBase64(text, QByteArray::Base64UrlEncoding)}) {
        const auto match = kUrl.match(QString::fromUtf8(one.replace("\\/", "/")));
        if (const QUrl url = QUrl::fromEncoded(match.captured().toUtf8(), QUrl::StrictMode);
            match.hasMatch() && url.isValid() && !url.host().isEmpty())
            return url;
    }
    return {};
}

/// Returns a word that the profile reads as `report`, if possible from `list`. With `isNumber`, the word must
/// be an HTTP status.
QByteArray wordFor(const StateWords &words, const std::vector<QByteArray> &list, JobReport report,
                   bool isNumber)
{
    std::vector<QByteArray> candidates;
    for (const QByteArray &word : list) {
        if (!word.endsWith('*'))
            candidates.push_back(word);
        else if (word.size() > 1)
            candidates.push_back(word.chopped(1) + "00");
    }
    // When the words for completed are numbers, the other words are numbers, too.
    const bool isCoded =
        std::any_of(words.completed.begin(), words.completed.end(),
                    [](const QByteArray &word) { return !word.isEmpty() && isDigit(word[0]); });
    for (const char *usual : {isCoded ? "1" : "", "failed", "completed", "running", "500", "200", "202"})
        candidates.push_back(usual);
    for (const QByteArray &word : candidates) {
        bool isDigits = false;
        const int number = word.toInt(&isDigits);
        if (!word.isEmpty() && meaningOf(words, word).report == report &&
            (!isNumber || (isDigits && number >= 200 && number <= 599)))
            return word;
    }
    return {};
}

QByteArray wordFor(const StateWords &words, ApiState state, bool isNumber = false)
{
    switch (state) {
        case ApiState::Completed:
            return wordFor(words, words.completed, JobReport::Completed, isNumber);
        case ApiState::Failed:
            return wordFor(words, words.failed, JobReport::Failed, isNumber);
        case ApiState::Running:
            break;
    }
    return wordFor(words, words.progress, JobReport::Progress, isNumber);
}

bool isAddressField(const Profile &profile, const Locator &locator)
{
    return locator.kind == Kind::Header &&
           (locator.name.toLower().contains("location") ||
            std::find(profile.start.location.begin(), profile.start.location.end(), locator) !=
                profile.start.location.end());
}

QByteArray resultOf(const QByteArray &id)
{
    return "{\"job\":" + quoteJson(id) + ",\"text\":\"a simulated result\"}";
}

/// Writes a result at the place from which the profile takes the client's answer, otherwise at /output of a
/// JSON body.
void addResult(const Profile &profile, const QByteArray &id, MessageWriter &writer)
{
    const auto part =
        std::find_if(profile.answer.part.begin(), profile.answer.part.end(), [](const Locator &one) {
            return one.kind == Kind::Body || one.kind == Kind::Form || one.kind == Kind::Multipart;
        });
    Locator place;
    place.pointer = {"output"};
    if (part != profile.answer.part.end()) {
        if (part->kind == Kind::Multipart && part->pointer.empty())
            return;  // the field's content is made from the other values of the message
        place = *part;
    }
    if (profile.answer.base64)
        writer.set(place, resultOf(id).toBase64());
    else
        writer.setJson(place, resultOf(id));
}

/// Writes the number of a progress callback into its body, beside the state, so that no two such callbacks
/// are equal.
void addProgress(const profile::CallbackRule &rule, int number, MessageWriter &writer)
{
    const auto state = std::find_if(rule.state.begin(), rule.state.end(), [](const Locator &one) {
        return one.kind == Kind::Form || (one.kind == Kind::Body && !one.pointer.empty());
    });
    if (state == rule.state.end())
        return;
    Locator place = *state;
    place.name = "progress";
    if (place.kind == Kind::Body)
        place.pointer = {"progress"};
    writer.set(place, QByteArray::number(number));
}

bool speaksJson(const Locators &locators)
{
    return std::any_of(locators.begin(), locators.end(),
                       [](const Locator &one) { return one.kind == Kind::Body && !one.pointer.empty(); });
}

http::Response response(int status, const MessageWriter &writer)
{
    http::Response made;
    made.status = status;
    for (const auto &[name, value] : writer.headers())
        made.headers.append(name, value);
    made.body = writer.body();
    return made;
}

/// Returns the callback's URL for this outcome: the URL that ends with the outcome's word, otherwise the
/// first URL.
QUrl addressFor(const Profile &profile, const ApiStart &start, const QByteArray &word)
{
    const Locators &state = profile.callback->state;
    const bool isSuffix =
        std::any_of(state.begin(), state.end(), [](const Locator &one) { return one.kind == Kind::Suffix; });
    if (isSuffix) {
        for (const QUrl &url : start.callbacks) {
            if (url.path().endsWith(u'/' + QString::fromUtf8(word)))
                return url;
        }
    }
    return start.callbacks.empty() ? QUrl() : start.callbacks.front();
}

QUrl withQuery(QUrl url, const QByteArray &query)
{
    if (!query.isEmpty())
        url.setQuery((url.hasQuery() ? url.query(QUrl::FullyEncoded) + u'&' : QString()) +
                     QString::fromLatin1(query));
    return url;
}

QByteArray encoded(const QByteArray &bytes, VerifyRule::Encoding encoding)
{
    switch (encoding) {
        case VerifyRule::Encoding::Hex:
            return bytes.toHex();
        case VerifyRule::Encoding::Base64:
            return bytes.toBase64();
        case VerifyRule::Encoding::Base64Url:
            break;
    }
    return bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

/// Adds to a callback the signature or secret by which Holdline verifies it.
class Signer
{
public:
    Signer(const VerifyRule &rule, const QByteArray &id, const QByteArray &key, WallTime now)
        : m_rule(rule), m_id(id), m_key(key)
    {
        m_time = QByteArray::number(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
    }

    /// Adds the fields that are signed and that the message does not have yet.
    void addFields(MessageWriter &writer, const Locators &known) const
    {
        for (const Locator &one : m_rule.signedText.locators()) {
            const bool isKnown = std::find(known.begin(), known.end(), one) != known.end();
            if (!isKnown)
                writer.set(
                    one, one.pointer.empty() || !one.pointer.back().contains("time") ? "simulated" : m_time);
        }
        if (m_rule.id)
            writer.set(*m_rule.id, m_id);
        if (m_rule.timestamp)
            writer.set(*m_rule.timestamp, m_time);
    }

    void sign(MessageWriter &writer, const QUrl &url) const
    {
        switch (m_rule.scheme) {
            case VerifyRule::Scheme::None:
                return;
            case VerifyRule::Scheme::Basic:
                writer.set(header("Authorization"), "Basic " + m_key.toBase64());
                return;
            case VerifyRule::Scheme::Secret:
                // The callback's URL may contain the secret already.
                if (m_rule.at &&
                    !(m_rule.at->kind == Kind::Query &&
                      profile::findField(url.query(QUrl::FullyEncoded).toLatin1(), m_rule.at->name).value))
                    writer.set(*m_rule.at, m_rule.prefix + m_key);
                return;
            default:
                break;
        }
        const QByteArray signature = m_rule.prefix + encoded(signatureOf(writer, url), m_rule.encoding);
        writer.set(m_rule.at.value_or(Locator()),
                   m_rule.timestampPrefix.isEmpty()
                       ? signature
                       : m_rule.timestampPrefix + m_time + m_rule.separator + signature);
    }

private:
    static Locator header(const char *name)
    {
        Locator locator;
        locator.kind = Kind::Header;
        locator.name = name;
        return locator;
    }

    QByteArray signatureOf(const MessageWriter &writer, const QUrl &url) const
    {
        const QByteArray body = writer.body();
        const profile::HeaderFields headers = writer.headers();
        const QByteArray query = url.query(QUrl::FullyEncoded).toLatin1();
        const QByteArray address = url.toEncoded();
        profile::MessageView view;
        view.headers = headers;
        view.body = body;
        view.query = query;
        profile::MessageReader reader(view);
        profile::TemplateValues values;
        values.id = m_id;
        values.timestamp = m_time;
        values.url = address;
        values.message = &reader;
        const auto text = m_rule.signedText.render(values, profile::Template::Position::Plain);
        const QByteArray signedText =
            std::holds_alternative<QByteArray>(text) ? std::get<QByteArray>(text) : QByteArray();
        if (!m_rule.isHmac())
            return profile::signEd25519(apiPrivateKey(m_key), signedText);
        return profile::hmac(m_rule.scheme, profile::decodeKey(m_key, m_rule.keyFormat), signedText);
    }

    const VerifyRule &m_rule;
    const QByteArray m_id;
    const QByteArray m_key;
    QByteArray m_time;
};

}  // namespace

std::variant<ApiStart, RequestError> readApiStart(const Profile &profile, const http::Request &request,
                                                  const QUrl &registered)
{
    using Mode = profile::StartRule::CallbackMode;
    const profile::StartRule &rule = profile.start;
    ApiStart start;
    start.request = request;
    const profile::MessageView view = viewOf(start.request);
    profile::MessageReader reader(view);
    if (rule.callbackMode == Mode::Registered)
        start.callbacks.push_back(registered);
    for (const profile::Assignment &one : rule.callback) {
        const profile::Located found = reader.find(one.target);
        if (found.isMalformed())
            return RequestError{400, u"the request cannot be read: "_s + found.error};
        const QUrl url = found.isFound() ? urlIn(found.text) : QUrl();
        if (!url.isEmpty())
            start.callbacks.push_back(url);
    }
    if (rule.callbackMode == Mode::InRequest && start.callbacks.empty())
        return RequestError{422,
                            u"there is no callback URL at "_s + formatLocator(rule.callback.front().target)};
    if (rule.made) {
        start.made = reader.find(*rule.made).text;
        if (start.made.isEmpty())
            return RequestError{422, u"there is no id at "_s + formatLocator(*rule.made)};
    }
    return start;
}

http::Response apiStartAnswer(const Profile &profile, const ApiStart &start, const QByteArray &id)
{
    const profile::StartRule &rule = profile.start;
    MessageWriter writer;
    const QByteArray address = "http://" + start.request.headers.value("Host") + "/jobs/" + id;
    for (const Locators *locators : {&rule.job, &rule.location}) {
        if (!locators->empty() && locators->front().kind != Kind::Status)
            writer.set(
                locators->front(),
                locators == &rule.location || isAddressField(profile, locators->front()) ? address : id);
    }
    if (!rule.finished.empty() && rule.finished.front().kind != Kind::Status)
        writer.set(rule.finished.front(), wordFor(profile.statusWords(), ApiState::Running));
    for (const auto &[place, value] : rule.accepted.equals)
        writer.set(place, value);
    return response(rule.accepted.status.empty() ? 200 : rule.accepted.status.front(), writer);
}

http::Response apiStatusAnswer(const Profile &profile, const QByteArray &id, ApiState state)
{
    const profile::StatusRule &rule = *profile.status;
    MessageWriter writer;
    int status = 200;
    const Locator &place = rule.state.front();
    if (state == ApiState::Completed && !rule.result)
        addResult(profile, id, writer);
    if (place.kind == Kind::Status)
        status = wordFor(profile.statusWords(), state, true).toInt();
    else
        writer.set(place, wordFor(profile.statusWords(), state));
    if (state == ApiState::Failed && !rule.error.empty())
        writer.set(rule.error.front(), "the job failed");
    return response(status == 0 ? 200 : status, writer);
}

http::Response apiResultAnswer(const Profile &profile, const QByteArray &id)
{
    MessageWriter writer;
    addResult(profile, id, writer);
    return response(200, writer);
}

CallbackMessage apiCallback(const Profile &profile, const ApiStart &start, const QByteArray &id,
                            ApiState state, const QByteArray &key, WallTime now, int number)
{
    const profile::CallbackRule &rule = *profile.callback;
    const QByteArray word = wordFor(rule.words, state);
    CallbackMessage message;
    message.url = addressFor(profile, start, word);
    message.method = rule.methods.empty() ? QByteArray("POST") : rule.methods.front();

    MessageWriter writer;
    Locators known;
    const auto put = [&](const Locators &locators, const QByteArray &text) {
        if (locators.empty())
            return;
        writer.set(locators.front(), text);
        known.push_back(locators.front());
    };
    if (state == ApiState::Completed && (speaksJson(rule.job) || speaksJson(rule.state)))
        addResult(profile, id, writer);
    if (number > 0)
        addProgress(rule, number, writer);
    put(rule.job, id);
    put(rule.state, word);
    if (state == ApiState::Failed)
        put(rule.error, "the job failed");
    if (!writer.hasBody() && !(rule.verify && !rule.verify->signedText.locators().empty()))
        writer.setPlain(resultOf(id), "application/json");
    if (rule.verify) {
        const QByteArray messageId = number > 0 ? id + '-' + QByteArray::number(number) : id;
        const Signer signer(*rule.verify, messageId, key, now);
        if (rule.verify->isSigned())
            signer.addFields(writer, known);
        const QUrl told = message.url;
        message.url = withQuery(told, writer.query());
        signer.sign(writer, message.url);
        message.url = withQuery(told, writer.query());
    }
    message.headers = writer.headers();
    message.body = writer.body();
    return message;
}

QByteArray apiPrivateKey(const QByteArray &key)
{
    for (const auto format : {VerifyRule::KeyFormat::Hex, VerifyRule::KeyFormat::Base64}) {
        if (QByteArray bytes = profile::decodeKey(key, format); bytes.size() == profile::kEd25519KeyBytes)
            return bytes;
    }
    return profile::sha256(key);
}

bool canTellProgress(const Profile &profile)
{
    return profile.callback && !profile.callback->state.empty() &&
           !wordFor(profile.callback->words, ApiState::Running).isEmpty();
}

bool needsKey(const Profile &profile)
{
    const auto &verify = profile.callback ? profile.callback->verify : std::nullopt;
    return verify && verify->scheme != VerifyRule::Scheme::None && verify->jwks.isEmpty();
}

}  // namespace holdline
