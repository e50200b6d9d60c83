// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/filedialogs.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

const QString kFolderKey = u"folder"_s;

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(FileDialogs)
};

QString folder()
{
    return QSettings().value(kFolderKey).toString();
}

void open(QFileDialog *dialog, PathChosen chosen)
{
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    QObject::connect(dialog, &QFileDialog::fileSelected, dialog->parentWidget(), std::move(chosen));
    dialog->open();
}

}  // namespace

void askSocket(QWidget *window, const QString &now, PathChosen chosen)
{
    auto *dialog = new QFileDialog(window, Texts::tr("Local socket of a service"));
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->setFilter(QDir::System | QDir::AllDirs | QDir::Files | QDir::NoDotAndDotDot);
    dialog->setLabelText(QFileDialog::Accept, Texts::tr("Connect"));
    if (!now.isEmpty())
        dialog->setDirectory(QFileInfo(now).path());
    open(dialog, std::move(chosen));
}

void askRecording(QWidget *window, PathChosen chosen)
{
    auto *dialog = new QFileDialog(window, Texts::tr("Open a recording"), folder(),
                                   Texts::tr("Recordings (*.ndjson);;All files (*)"));
    dialog->setFileMode(QFileDialog::ExistingFile);
    open(dialog, std::move(chosen));
}

void askNewRecording(QWidget *window, PathChosen chosen)
{
    auto *dialog =
        new QFileDialog(window, Texts::tr("Record to"), folder(), Texts::tr("Recordings (*.ndjson)"));
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"ndjson"_s);
    dialog->selectFile(u"holdline-"_s + QDateTime::currentDateTime().toString(u"yyyyMMdd-HHmmss"_s) +
                       u".ndjson"_s);
    open(dialog, std::move(chosen));
}

void saveFolder(const QString &path)
{
    QSettings().setValue(kFolderKey, QFileInfo(path).absolutePath());
}

}  // namespace holdline::monitor
