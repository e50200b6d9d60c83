// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/store/storenote.h"

#include "core/config/values.h"
#include "service/holdline/store/recordbytes.h"

#include <QFile>
#include <QList>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace holdline {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

/// The fixed size of a note in bytes, so that a note is overwritten in place.
constexpr int kBytes = 96;

QByteArray textOf(const StoreNote &note)
{
    return note.store + ' ' + QByteArray::number(static_cast<qint64>(note.commits)) + ' ' +
           QByteArray::number(static_cast<qint64>(note.at.time_since_epoch().count()));
}

}  // namespace

std::optional<StoreNote> readNote(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    const QList<QByteArray> parts = file.read(kBytes).trimmed().split(' ');
    if (parts.size() != 4)
        return std::nullopt;
    const StoreNote note{parts[0], parts[1].toLongLong(), StoreTime(milliseconds(parts[2].toLongLong()))};
    const bool isWhole = parts[3].toLongLong() == static_cast<qint64>(checksum(note.store, textOf(note)));
    return isWhole ? std::optional(note) : std::nullopt;
}

void writeNote(const QString &path, const StoreNote &note)
{
    const QByteArray text = textOf(note);
    const QByteArray line = text + ' ' + QByteArray::number(checksum(note.store, text));
    const QByteArray bytes = line.leftJustified(kBytes - 1) + '\n';
    const int file =
        ::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0)
        return;
    [[maybe_unused]] const ssize_t written =
        ::pwrite(file, bytes.constData(), static_cast<std::size_t>(bytes.size()), 0);
    ::close(file);
}

QString lossOf(const StoreNote &database, const std::optional<StoreNote> &note)
{
    if (!note || note->store != database.store || note->commits <= database.commits)
        return {};
    return u"the store lost at least %1 commits, of about the last %2 before it was closed. Jobs and results of that time are not known, and their keys run again"_s
        .arg(note->commits - database.commits)
        .arg(formatDuration(std::max(note->at - database.at, milliseconds(0))));
}

}  // namespace holdline
