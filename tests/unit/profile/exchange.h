// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/jobreport.h"
#include "core/profile/messageview.h"
#include "core/profile/profile.h"
#include "core/profile/template.h"

#include <QByteArray>
#include <QByteArrayList>
#include <QJsonObject>
#include <QString>

namespace holdline::test {

/// A message of a recorded exchange. It owns the bytes to which its view() refers.
struct RecordedMessage
{
    explicit RecordedMessage(const QJsonObject &json);

    profile::MessageView view() const;

    QByteArray method;
    int status = 0;
    QByteArray path;
    QByteArray query;
    QByteArray suffix;
    profile::HeaderFields headers;
    QByteArray body;
};

/// A file of tests/unit/profile/exchanges: messages of one API and its client, written from the API's
/// documentation.
struct Exchange
{
    explicit Exchange(const QString &name);

    profile::TemplateValues values() const;
    QByteArray text(const char *name) const;

    QJsonObject json;
    QByteArray callback;
    QByteArray upstream;
    QByteArray rest;
    QByteArray uuid;
    profile::Secrets secrets;
    WallTime now;
};

/// Returns "progress", "completed" or "failed".
QString outcomeName(JobReport report);

/// "name: value" of each field, sorted, so that their order does not matter.
QByteArrayList sortedFields(const profile::HeaderFields &headers);

/// Reads a valid profile from TOML. An invalid profile fails the test.
profile::Profile profileFrom(const QByteArray &toml);

}  // namespace holdline::test
