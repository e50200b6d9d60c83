// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/config/dotenv.h"

#include "core/config/suggest.h"

#include <QRegularExpression>

#include <algorithm>
#include <optional>

namespace holdline {

using namespace Qt::StringLiterals;

namespace {

/// Returns the offset of the comment: a # at the beginning or after white space. Returns the size of the text
/// when there is no comment.
qsizetype commentStart(QStringView text)
{
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] == u'#' && (i == 0 || text[i - 1].isSpace()))
            return i;
    }
    return text.size();
}

/// Returns the character that a backslash and `c` mean in double quotes. Empty for an unknown escape.
std::optional<QChar> unescaped(QChar c)
{
    if (c == u'n')
        return u'\n';
    if (c == u't')
        return u'\t';
    if (c == u'"' || c == u'\\' || c == u'$')
        return c;
    return std::nullopt;
}

/// Parses `raw`, the text after the equals sign, and returns the value. Empty when quotes or escapes are
/// wrong.
std::optional<QString> valueOf(QStringView raw)
{
    if (!raw.startsWith(u'"') && !raw.startsWith(u'\''))
        return raw.first(commentStart(raw)).trimmed().toString();
    const QChar quote = raw.front();
    QString value;
    qsizetype i = 1;
    for (; i < raw.size() && raw[i] != quote; ++i) {
        if (quote == u'"' && raw[i] == u'\\' && i + 1 < raw.size()) {
            const auto c = unescaped(raw[++i]);
            if (!c)
                return std::nullopt;
            value += *c;
        } else {
            value += raw[i];
        }
    }
    if (i >= raw.size())
        return std::nullopt;
    const QStringView rest = raw.sliced(i + 1);
    if (!rest.first(commentStart(rest)).trimmed().isEmpty())
        return std::nullopt;
    return value;
}

/// One line, split into the variable's name and the text after the name.
struct Line
{
    explicit Line(const QString &text)
    {
        static const QRegularExpression form(u"^(?:export\\s+)?([A-Za-z0-9_.-]+)(.*)$"_s);
        const auto match = form.match(text.trimmed());
        name = match.captured(1);
        rest = match.captured(2);
    }

    /// Returns whether the line must set a variable of this program. A known name with the prefix HOLDLINE_
    /// is enough. After a name that others use too, such as PORT, the equals sign must follow at once:
    /// `PORT`, `PORT = 80` and `PORT: 80` are lines of other programs.
    bool isOurs() const
    {
        return isKnownVariable(name) && (name.startsWith(kOurPrefix) || rest.startsWith(u'='));
    }
    /// Returns the quote with which the value begins, or a null character when the value has no quotes.
    QChar openingQuote() const
    {
        static const QRegularExpression form(u"^\\s*=\\s*([\"'`])"_s);
        const auto match = form.match(rest);
        return match.hasMatch() ? match.capturedView(1).front() : QChar();
    }
    /// Returns the text after the opening quote of the value.
    QStringView quotedText() const { return QStringView(rest).sliced(rest.indexOf(openingQuote()) + 1); }

    QString name;
    QString rest;
};

/// Returns whether `text` contains the closing quote of a value. Escaped quotes do not count.
bool closes(QStringView text, QChar quote)
{
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] == u'\\' && quote != u'\'')
            ++i;
        else if (text[i] == quote)
            return true;
    }
    return false;
}

class Reader
{
public:
    Reader(const QByteArray &text, const QString &file)
        : m_lines(QString::fromUtf8(text).split(u'\n')), m_file(file)
    {
    }

    DotEnv read()
    {
        for (qsizetype i = 0; i < m_lines.size(); ++i) {
            const Line line(m_lines[i]);
            if (line.isOurs())
                take(line, i);
            else
                i = skip(line, i);
        }
        return std::move(m_result);
    }

private:
    QString place(qsizetype index) const { return u"%1:%2"_s.arg(m_file).arg(index + 1); }

    void fail(qsizetype index, const QString &text)
    {
        m_result.errors.push_back({ConfigError::Kind::Configuration, place(index) + u": "_s + text});
    }

    /// Adds the variable of a line of this program, or an error. Errors contain only the variable's name,
    /// because the value may be a secret.
    void take(const Line &line, qsizetype index)
    {
        const auto sameName = [&line](const Variable &variable) { return variable.name == line.name; };
        if (!line.rest.startsWith(u'=')) {
            fail(index, u"%1=VALUE is wanted, without a space before the sign"_s.arg(line.name));
            return;
        }
        const auto value = valueOf(QStringView(line.rest).sliced(1).trimmed());
        if (!value)
            fail(index, quoted(line.name) + u": the value's quotes or escapes do not fit together"_s);
        else if (std::any_of(m_result.variables.begin(), m_result.variables.end(), sameName))
            fail(index, quoted(line.name) + u" is there more than once"_s);
        else
            m_result.variables.push_back({line.name, *value, place(index)});
    }

    /// Returns the value of a variable of another program, without quotes if they are right.
    static QString theirValue(const Line &line)
    {
        const QString raw = line.rest.section(u'=', 1).trimmed();
        return valueOf(raw).value_or(raw);
    }

    /// Skips a line of another program. Returns the index of the last line of its value. A variable with the
    /// prefix HOLDLINE_ is added to the result, so that readVariables() can warn about its name.
    qsizetype skip(const Line &line, qsizetype index)
    {
        if (line.name.startsWith(kOurPrefix))
            m_result.variables.push_back({line.name, theirValue(line), place(index)});
        const QChar quote = line.openingQuote();
        if (quote.isNull() || closes(line.quotedText(), quote))
            return index;
        qsizetype last = index + 1;
        while (last < m_lines.size() && !closes(m_lines[last], quote))
            ++last;
        if (last == m_lines.size())
            return index;  // the quote is never closed, so it is an ordinary character
        for (qsizetype i = index + 1; i <= last; ++i) {
            const Line inside(m_lines[i]);
            if (inside.isOurs())
                m_result.warnings.append(
                    u"%1: %2 is part of the value of %3, whose quote opens in line %4. It is ignored."_s.arg(
                        place(i), inside.name, quoted(line.name), QString::number(index + 1)));
        }
        return last;
    }

    const QStringList m_lines;
    const QString m_file;
    DotEnv m_result;
};

}  // namespace

DotEnv readDotEnv(const QByteArray &text, const QString &name)
{
    return Reader(text, name).read();
}

}  // namespace holdline
