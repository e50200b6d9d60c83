// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/config/loadconfig.h"

#include <QFile>
#include <QProcessEnvironment>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

/// Helpers for the tests of the configuration.
namespace holdline::test {

using namespace Qt::StringLiterals;

using Pairs = QList<std::pair<QString, QString>>;

/// A working directory for the files of one test.
class Place
{
public:
    void write(const QString &name, const QByteArray &text) const
    {
        QFile file(m_directory.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(text), text.size());
    }
    LoadedConfig load(const QStringList &arguments = {}, const Pairs &variables = {}) const
    {
        QProcessEnvironment environment;
        for (const auto &[name, value] : variables)
            environment.insert(name, value);
        return loadConfig(arguments, environment, m_directory.path());
    }
    LoadedConfig loadToml(const QByteArray &text) const
    {
        write(u"holdline.toml"_s, text);
        return load({u"--config"_s, u"holdline.toml"_s});
    }
    QString path() const { return m_directory.path(); }

private:
    QTemporaryDir m_directory;
};

inline QStringList texts(const LoadedConfig &loaded)
{
    QStringList all;
    for (const ConfigError &error : loaded.errors)
        all.append(error.text);
    return all;
}

inline bool sameValues(const Config &a, const Config &b)
{
    return std::all_of(options().begin(), options().end(),
                       [&](const Option &option) { return option.get(a) == option.get(b); });
}

/// Returns a valid value of the option that is not its default.
inline QString otherValue(const Option &option)
{
    const QString now = option.get(Config());
    for (const char *text : {"127.0.0.2:4000",
                             "10.0.0.0/8",
                             "/run/other.sock",
                             "http://other.example:99/x",
                             "http://other.example:99",
                             "7",
                             "12",
                             "3s",
                             "20s",
                             "700ms",
                             "64KiB",
                             "100KiB",
                             "100MiB",
                             "qt",
                             "any",
                             "account",
                             "always",
                             "json",
                             "debug",
                             "reject",
                             "normal",
                             "hold",
                             "unready"}) {
        Config config;
        if (option.set(config, QString::fromLatin1(text)).isEmpty() && option.get(config) != now)
            return option.get(config);
    }
    return {};
}

}  // namespace holdline::test
