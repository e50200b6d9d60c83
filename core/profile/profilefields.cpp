// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/profilefields.h"

#include "core/config/suggest.h"
#include "core/profile/profilereader.h"
#include "core/profile/profilevalue.h"

namespace holdline::profile {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Use = Template::Use;

namespace {

constexpr Template::Uses kAlways = Use::Now | Use::Secret | Use::Uuid | Use::Message;
constexpr Template::Uses kInStart = kAlways | Use::Callback | Use::Token;
constexpr Template::Uses kInStartUrl = Use::Upstream | Use::Uuid | Use::Message;
constexpr Template::Uses kInAsking = kAlways | Use::Job;
constexpr Template::Uses kInAskingUrl = Use::Upstream | Use::Job | Use::Location | Use::Uuid | Use::Message;
constexpr Template::Uses kInSigned = Use::Message | Use::PublicUrl | Use::Signed | Use::Token;

/// Makes a field. `read` takes a ProfileValue and returns an optional; `at` returns a pointer to the member.
template <typename At, typename Read>
ProfileField field(const char *key, const char *kind, const char *byDefault, At at, Read read,
                   const char *meaning)
{
    ProfileField made;
    made.key = QLatin1StringView(key);
    made.kind = QLatin1StringView(kind);
    made.byDefault = QLatin1StringView(byDefault);
    made.meaning = QString::fromUtf8(meaning);
    made.read = [at, read](Profile &profile, const ProfileValue &value) {
        if (auto found = read(value))
            *at(profile) = std::move(*found);
    };
    return made;
}

// Functions that read one kind of value each.

const auto kText = [](const ProfileValue &value) { return value.text(); };
const auto kBytes = [](const ProfileValue &value) -> std::optional<QByteArray> {
    const auto text = value.text();
    return text ? std::optional(text->toUtf8()) : std::nullopt;
};
const auto kTruth = [](const ProfileValue &value) { return value.truth(); };
const auto kTexts = [](const ProfileValue &value) { return value.texts(); };
const auto kWords = [](const ProfileValue &value) { return value.texts(true); };
const auto kLocator = [](const ProfileValue &value) { return value.locator(); };
const auto kLocators = [](const ProfileValue &value) { return value.locators(); };
const auto kStatus = [](const ProfileValue &value) { return value.number(200, 599); };
const auto kAssigned = [](Template::Uses allowed) {
    return [allowed](const ProfileValue &value) { return value.assignments(allowed); };
};
const auto kRequest = [](Template::Uses allowed) {
    return [allowed](const ProfileValue &value) { return value.request(allowed); };
};
const auto kTime = [](milliseconds least, milliseconds most) {
    return [least, most](const ProfileValue &value) { return value.duration(least, most); };
};

std::optional<QString> readName(const ProfileValue &value)
{
    const auto name = value.text();
    if (!name || isProfileName(*name))
        return name;
    value.fail(kProfileNameRule);
    return std::nullopt;
}

std::optional<QByteArray> readContentType(const ProfileValue &value)
{
    const auto text = kBytes(value);
    if (!text || (text->contains('/') && http::isFieldValue(*text)))
        return text;
    value.fail(u"a content type is wanted, such as text/plain"_s);
    return std::nullopt;
}

/// Reads `start.callback`: a word, a locator, or a table.
void readCallbackAddress(Profile &profile, const ProfileValue &value)
{
    StartRule &start = profile.start;
    start.callbackMode = StartRule::CallbackMode::InRequest;
    if (!value.isText()) {
        if (auto found = value.assignments(kInStart))
            start.callback = std::move(*found);
        return;
    }
    const QString word = value.text().value_or(QString());
    if (word == "none"_L1 || word == "registered"_L1) {
        start.callbackMode =
            word == "none"_L1 ? StartRule::CallbackMode::None : StartRule::CallbackMode::Registered;
        return;
    }
    const auto parsed = parseLocator(word);
    const auto *locator = std::get_if<Locator>(&parsed);
    using Kind = Locator::Kind;
    const bool isPlace = locator && (locator->kind == Kind::Form || locator->kind == Kind::Query ||
                                     locator->kind == Kind::Header ||
                                     (locator->kind == Kind::Body && !locator->pointer.empty()));
    if (!isPlace) {
        const QString wanted =
            u"the place of our address is wanted (body:/field, form:name, query:name or header:Name), or "
            "registered, or none"_s;
        // A word with a colon was meant as a locator, so the locator's own error is more helpful.
        const QString *error = word.contains(u':') ? std::get_if<QString>(&parsed) : nullptr;
        value.fail(u"%1: %2"_s.arg(quoted(word), error ? *error : wanted));
        return;
    }
    Assignment assignment{*locator, {}};
    assignment.value.appendText(std::get<Template>(Template::parse(u"{callback}")));
    start.callback = {assignment};
}

std::optional<std::vector<QByteArray>> readHeaderNames(const ProfileValue &value)
{
    const auto names = value.texts();
    for (const QByteArray &name : names.value_or(std::vector<QByteArray>())) {
        const QByteArray plain = name.endsWith('*') ? name.chopped(1) : name;
        if (!plain.isEmpty() ? !http::isToken(plain) || isConnectionField(plain) : name.isEmpty()) {
            value.fail(u"names of header fields are wanted that may travel, or * at the end of one"_s);
            return std::nullopt;
        }
    }
    return names;
}

std::optional<std::vector<QByteArray>> readMethods(const ProfileValue &value)
{
    const auto methods = value.texts();
    for (const QByteArray &method : methods.value_or(std::vector<QByteArray>())) {
        if (method != "POST" && method != "PUT") {
            value.fail(u"POST, PUT or both are wanted"_s);
            return std::nullopt;
        }
    }
    return methods;
}

std::optional<CancelOccasions> readOccasions(const ProfileValue &value)
{
    CancelOccasions occasions;
    const auto words = value.texts();
    if (!words)
        return std::nullopt;
    for (const QByteArray &word : *words) {
        if (word == "delete")
            occasions |= CancelOccasion::Delete;
        else if (word == "client_gone")
            occasions |= CancelOccasion::ClientGone;
        else if (word == "deadline")
            occasions |= CancelOccasion::Deadline;
        else
            value.fail(u"delete, client_gone or deadline is wanted"_s);
    }
    return occasions;
}

std::optional<std::vector<AddressRange>> readAddresses(const ProfileValue &value)
{
    std::vector<AddressRange> ranges;
    const auto texts = value.texts();
    if (!texts)
        return std::nullopt;
    for (const QByteArray &text : *texts) {
        const auto range = parseAddressRange(QString::fromLatin1(text));
        if (!range || ranges.size() == kMaxAddressRanges) {
            value.fail(
                u"at most %1 ranges of addresses are wanted, such as 192.0.2.0/24 or 2001:db8::/32, without "
                u"bits behind the prefix"_s.arg(kMaxAddressRanges));
            return std::nullopt;
        }
        ranges.push_back(*range);
    }
    return ranges;
}

/// Reads `scheme` before the rule's other fields, because a built-in scheme sets all of them.
void readScheme(Profile &profile, const ProfileValue &value)
{
    using Scheme = VerifyRule::Scheme;
    VerifyRule &rule = *profile.callback->verify;
    const auto name = value.oneOf<QLatin1StringView>({
        {"standard-webhooks"_L1, "standard-webhooks"_L1},
        {"fal"_L1, "fal"_L1},
        {"twilio"_L1, "twilio"_L1},
        {"hmac-sha1"_L1, "hmac-sha1"_L1},
        {"hmac-sha256"_L1, "hmac-sha256"_L1},
        {"hmac-sha512"_L1, "hmac-sha512"_L1},
        {"ed25519"_L1, "ed25519"_L1},
        {"secret"_L1, "secret"_L1},
        {"basic"_L1, "basic"_L1},
        {"addresses"_L1, "addresses"_L1},
    });
    if (!name)
        return;
    if (const auto builtIn = builtInScheme(QByteArrayView(name->data(), name->size()))) {
        rule = *builtIn;
        return;
    }
    static const std::pair<QLatin1StringView, Scheme> kSchemes[] = {
        {"hmac-sha1"_L1, Scheme::HmacSha1},     {"hmac-sha256"_L1, Scheme::HmacSha256},
        {"hmac-sha512"_L1, Scheme::HmacSha512}, {"ed25519"_L1, Scheme::Ed25519},
        {"secret"_L1, Scheme::Secret},          {"basic"_L1, Scheme::Basic},
        {"addresses"_L1, Scheme::None},
    };
    for (const auto &[known, scheme] : kSchemes) {
        if (known == *name)
            rule.scheme = scheme;
    }
    rule.tolerance = 5min;
}

std::vector<ProfileField> generalFields()
{
    return {
        field(
            "name", "text", "", [](Profile &p) { return &p.name; }, readName,
            "What routes and messages call the profile."),
        field(
            "about", "text", "", [](Profile &p) { return &p.about; }, kText,
            "One line for people: the API, and what is special about it."),
    };
}

std::vector<ProfileField> startFields()
{
    ProfileField callback = field(
        "start.callback", "locator, table, registered or none", "",
        [](Profile &p) { return &p.start.callback; }, kAssigned(kInStart),
        "Where the callback's address goes. A table names places and templates. registered: the API knows "
        "our address beforehand, and the job's id finds the job. none: the API does not call back.");
    callback.read = readCallbackAddress;
    return {
        field(
            "start.request", "method and template", "POST {upstream}{rest}",
            [](Profile &p) { return &p.start.request; }, kRequest(kInStartUrl),
            "The request that starts a job. {rest} is the client's path behind the route's."),
        callback,
        field(
            "start.set", "table of locators and values", "", [](Profile &p) { return &p.start.request.set; },
            kAssigned(kInStart),
            "Fields that the start gets beside the callback's address. Texts are templates."),
        field(
            "start.remove", "locators", "", [](Profile &p) { return &p.start.remove; }, kLocators,
            "Fields of the client's request that do not travel."),
        field(
            "start.headers", "names", "Authorization", [](Profile &p) { return &p.start.headers; },
            readHeaderNames,
            "Which of the client's header fields travel, also to [status] and [cancel]. X-* is each that "
            "begins "
            "so. Content-Type always travels with its body."),
        field(
            "start.accepted.status", "numbers", "each 2xx",
            [](Profile &p) { return &p.start.accepted.status; },
            [](const ProfileValue &value) { return value.numbers(200, 299); },
            "Statuses of an answer that means the job runs. Any other answer goes to the client as it is."),
        field(
            "start.accepted.equals", "table of locators and texts", "",
            [](Profile &p) { return &p.start.accepted.equals; },
            [](const ProfileValue &value) { return value.conditions(); },
            "Values that such an answer must have as well, all of them."),
        field(
            "start.job", "locators", "", [](Profile &p) { return &p.start.job; }, kLocators,
            "Where the answer has the job's id. Of a URL only the last segment counts."),
        field(
            "start.made", "locator", "", [](Profile &p) { return &p.start.made; }, kLocator,
            "Where an id of ours goes, a UUID, for APIs that let the client choose it."),
        field(
            "start.location", "locators", "", [](Profile &p) { return &p.start.location; }, kLocators,
            "Where the answer has the job's address, for {location}. It must be at the upstream's host."),
        field(
            "start.finished", "locators", "", [](Profile &p) { return &p.start.finished; }, kLocators,
            "Where the answer has the job's state, if it may be final already. The words are those of "
            "[status]."),
        field(
            "start.from_query", "table of locators and values", "",
            [](Profile &p) { return &p.start.fromQuery; }, kAssigned(kInStart),
            "What a client's GET becomes, e.g. { \"body:/prompt\" = \"{query:prompt}\" }. A query may have "
            "the "
            "fields named here and no others. Without this table a GET is refused."),
    };
}

std::vector<ProfileField> callbackFields()
{
    const auto rule = [](Profile &p) -> CallbackRule & { return *p.callback; };
    return {
        field(
            "callback.methods", "texts", "POST", [rule](Profile &p) { return &rule(p).methods; }, readMethods,
            "Methods of callbacks: POST, PUT or both."),
        field(
            "callback.job", "locators", "", [rule](Profile &p) { return &rule(p).job; }, kLocators,
            "Where a callback has the job's id. It confirms the token. With registered it finds the job."),
        field(
            "callback.state", "locators", "", [rule](Profile &p) { return &rule(p).state; }, kLocators,
            "Where a callback has the job's state: a text, a number, true or false."),
        field(
            "callback.completed", "words", "", [rule](Profile &p) { return &rule(p).words.completed; },
            kWords,
            "States that mean success. Case does not matter. 2* is each word that begins so, * each other "
            "word. "
            "What is in no list is progress: the job goes on."),
        field(
            "callback.failed", "words", "", [rule](Profile &p) { return &rule(p).words.failed; }, kWords,
            "States that mean failure."),
        field(
            "callback.progress", "words", "", [rule](Profile &p) { return &rule(p).words.progress; }, kWords,
            "States that are known to mean progress, so that the log does not mention them."),
        field(
            "callback.error", "locators", "", [rule](Profile &p) { return &rule(p).error; }, kLocators,
            "Where a failure's text stands, for logs and the jobs API."),
        field(
            "callback.answer.status", "number", "200", [rule](Profile &p) { return &rule(p).answer.status; },
            [](const ProfileValue &value) { return value.number(200, 299); },
            "The status that a callback is answered."),
        field(
            "callback.answer.content_type", "text", "text/plain with a body",
            [rule](Profile &p) { return &rule(p).answer.contentType; }, readContentType,
            "The Content-Type of that answer."),
        field(
            "callback.answer.body", "text", "empty", [rule](Profile &p) { return &rule(p).answer.body; },
            kBytes, "The exact body of that answer."),
        field(
            "callback.never_4xx", "true or false", "false", [rule](Profile &p) { return &rule(p).never4xx; },
            kTruth,
            "For senders that give up on a 4xx: what a retry may mend is answered 503, the rest as if "
            "taken."),
    };
}

std::vector<ProfileField> verifyFields()
{
    const auto rule = [](Profile &p) -> VerifyRule & { return *p.callback->verify; };
    ProfileField scheme = field(
        "callback.verify.scheme", "text", "", [rule](Profile &p) { return &rule(p).scheme; },
        [](const ProfileValue &) { return std::optional<VerifyRule::Scheme>(); },
        "hmac-sha1, hmac-sha256, hmac-sha512 or ed25519 (a signature), secret (the secret "
        "itself), basic (user and password), addresses (nothing but the ranges), or a "
        "built-in one that sets the other fields: standard-webhooks, fal, twilio.");
    scheme.read = readScheme;
    return {
        scheme,
        field(
            "callback.verify.secret", "names", "", [rule](Profile &p) { return &rule(p).secrets; }, kTexts,
            "Names of secrets (--secret NAME=FILE). Each line of such a file is a key, and any key will do. "
            "So a "
            "key can be changed without a gap."),
        field(
            "callback.verify.key_format", "text", "text", [rule](Profile &p) { return &rule(p).keyFormat; },
            [](const ProfileValue &value) {
                using Format = VerifyRule::KeyFormat;
                return value.oneOf<Format>(
                    {{"text"_L1, Format::Text}, {"hex"_L1, Format::Hex}, {"base64"_L1, Format::Base64}});
            },
            "How a key is written: text (its bytes), hex or base64. Base64 may stand behind whsec_ or "
            "whpk_."),
        field(
            "callback.verify.jwks", "URL", "", [rule](Profile &p) { return &rule(p).jwks; },
            [](const ProfileValue &value) { return value.credentialUrl(); },
            "Where the API publishes its Ed25519 keys (RFC 7517), in place of secrets. A route's jwks counts "
            "instead. http only on this machine."),
        field(
            "callback.verify.at", "locator", "", [rule](Profile &p) { return &rule(p).at; }, kLocator,
            "Where the signature or the secret stands."),
        field(
            "callback.verify.encoding", "text", "hex", [rule](Profile &p) { return &rule(p).encoding; },
            [](const ProfileValue &value) {
                using Encoding = VerifyRule::Encoding;
                return value.oneOf<Encoding>({{name(Encoding::Hex), Encoding::Hex},
                                              {name(Encoding::Base64), Encoding::Base64},
                                              {name(Encoding::Base64Url), Encoding::Base64Url}});
            },
            "How the signature is written: hex, base64 or base64url."),
        field(
            "callback.verify.prefix", "text", "", [rule](Profile &p) { return &rule(p).prefix; }, kBytes,
            "What stands before the signature, such as sha256=. Parts without it are left out."),
        field(
            "callback.verify.separator", "text", "", [rule](Profile &p) { return &rule(p).separator; },
            kBytes, "What stands between several signatures in one value. One that fits is enough."),
        field(
            "callback.verify.id", "locator", "", [rule](Profile &p) { return &rule(p).id; }, kLocator,
            "Where the message's id stands, for {id} in signed."),
        field(
            "callback.verify.timestamp", "locator", "", [rule](Profile &p) { return &rule(p).timestamp; },
            kLocator, "Where the time of sending stands: seconds, milliseconds or ISO 8601."),
        field(
            "callback.verify.timestamp_prefix", "text", "",
            [rule](Profile &p) { return &rule(p).timestampPrefix; }, kBytes,
            "For a time beside the signature in one value, such as t= in t=1700000000,v1=..."),
        field(
            "callback.verify.tolerance", "time or off", "5m",
            [rule](Profile &p) { return &rule(p).tolerance; },
            [](const ProfileValue &value) -> std::optional<std::chrono::seconds> {
                const auto time = value.durationOrOff(1s, 168h);
                return time ? std::optional(std::chrono::ceil<std::chrono::seconds>(*time)) : std::nullopt;
            },
            "How far the time of sending may be from now, before or after."),
        field(
            "callback.verify.signed", "template", "{body}",
            [rule](Profile &p) { return &rule(p).signedText; },
            [](const ProfileValue &value) { return value.textTemplate(kInSigned); },
            "What is signed, such as {id}.{timestamp}.{body}. {url} is our public address with its query, "
            "{sorted_form} the fields of a form in order."),
        field(
            "callback.verify.addresses", "ranges", "", [rule](Profile &p) { return &rule(p).addresses; },
            readAddresses,
            "Addresses that may send callbacks, as well as the scheme: 192.0.2.0/24, 2001:db8::/32."),
    };
}

std::vector<ProfileField> statusFields()
{
    const auto rule = [](Profile &p) -> StatusRule & { return *p.status; };
    return {
        field(
            "status.request", "method and template", "", [rule](Profile &p) { return &rule(p).request; },
            kRequest(kInAskingUrl), "The request that asks for a job's state."),
        field(
            "status.set", "table of locators and values", "",
            [rule](Profile &p) { return &rule(p).request.set; }, kAssigned(kInAsking),
            "Fields of that request. Locators in its texts read the client's request."),
        field(
            "status.result", "method and template", "", [rule](Profile &p) { return &rule(p).result; },
            kRequest(kInAskingUrl),
            "A further request that fetches the result when the status says completed."),
        field(
            "status.state", "locators", "", [rule](Profile &p) { return &rule(p).state; }, kLocators,
            "Where the answer has the state. status is the answer's HTTP status."),
        field(
            "status.completed", "words", "as in [callback]",
            [rule](Profile &p) { return &rule(p).words.completed; }, kWords,
            "States that mean success, when they differ from the callback's."),
        field(
            "status.failed", "words", "as in [callback]",
            [rule](Profile &p) { return &rule(p).words.failed; }, kWords,
            "States that mean failure, when they differ from the callback's."),
        field(
            "status.progress", "words", "", [rule](Profile &p) { return &rule(p).words.progress; }, kWords,
            "States that are known to mean progress."),
        field(
            "status.error", "locators", "", [rule](Profile &p) { return &rule(p).error; }, kLocators,
            "Where a failure's text stands."),
        field(
            "status.after_callback", "true or false", "false; true with answer.body = status",
            [rule](Profile &p) { return &rule(p).afterCallback; }, kTruth,
            "A callback only makes us ask, and the answer decides. For callbacks that say little or prove "
            "nothing. A callback without a state makes us ask each time."),
        field(
            "status.first", "time", "10s", [rule](Profile &p) { return &rule(p).first; }, kTime(0ms, 24h),
            "From the start to the first time of asking."),
        field(
            "status.every", "time", "2s", [rule](Profile &p) { return &rule(p).every; }, kTime(100ms, 24h),
            "From there to the second time. Each further pause is half as long again."),
        field(
            "status.longest", "time", "30s", [rule](Profile &p) { return &rule(p).longest; },
            kTime(100ms, 24h), "The longest pause. A Retry-After of the answer counts instead."),
    };
}

std::vector<ProfileField> cancelFields()
{
    const auto rule = [](Profile &p) -> CancelRule & { return *p.cancel; };
    return {
        field(
            "cancel.request", "method and template", "", [rule](Profile &p) { return &rule(p).request; },
            kRequest(kInAskingUrl), "The request that cancels a job."),
        field(
            "cancel.set", "table of locators and values", "",
            [rule](Profile &p) { return &rule(p).request.set; }, kAssigned(kInAsking),
            "Fields of that request."),
        field(
            "cancel.when", "texts", "delete", [rule](Profile &p) { return &rule(p).when; }, readOccasions,
            "delete (through the jobs API), client_gone (the last client left), deadline."),
    };
}

std::vector<ProfileField> answerFields()
{
    return {
        field(
            "answer.body", "text", "callback; status without callbacks",
            [](Profile &p) { return &p.answer.body; },
            [](const ProfileValue &value) {
                using Document = AnswerRule::Document;
                return value.oneOf<Document>(
                    {{"callback"_L1, Document::Callback}, {"status"_L1, Document::Status}});
            },
            "What the client gets: the callback, or what [status] fetches. A job that ended while we asked "
            "has no "
            "callback, so its client gets the status."),
        field(
            "answer.part", "locators", "the whole", [](Profile &p) { return &p.answer.part; }, kLocators,
            "For a completed job only this part of it, such as body:/output. If it is not there, the whole."),
        field(
            "answer.base64", "true or false", "false", [](Profile &p) { return &p.answer.base64; }, kTruth,
            "The part is base64, and the client gets its bytes."),
        field(
            "answer.content_type", "text", "as it came", [](Profile &p) { return &p.answer.contentType; },
            readContentType, "The Content-Type of a completed job's answer."),
        field(
            "answer.completed.status", "number", "200", [](Profile &p) { return &p.answer.completedStatus; },
            kStatus, "The status for a completed job."),
        field(
            "answer.failed.status", "number", "200", [](Profile &p) { return &p.answer.failedStatus; },
            kStatus, "The status for a failed job, such as 422 or 502."),
        field(
            "answer.failed.part", "locators", "the whole", [](Profile &p) { return &p.answer.failedPart; },
            kLocators, "For a failed job only this part of it."),
        field(
            "answer.keepalive", "time or off", "off", [](Profile &p) { return &p.answer.keepalive; },
            [](const ProfileValue &value) { return value.durationOrOff(1s, 10min); },
            "After each such time a held client gets a space, so that balancers do not cut. Only for a JSON "
            "answer. Its status is 200 then, and an error is only told in the body."),
    };
}

}  // namespace

const std::vector<ProfileField> &profileFields()
{
    static const std::vector<ProfileField> kFields = [] {
        std::vector<ProfileField> all;
        for (auto &group : {generalFields(), startFields(), callbackFields(), verifyFields(), statusFields(),
                            cancelFields(), answerFields()})
            all.insert(all.end(), group.begin(), group.end());
        return all;
    }();
    return kFields;
}

}  // namespace holdline::profile
