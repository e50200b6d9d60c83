// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/charts/picturefile.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileDialog>
#include <QImageWriter>
#include <QStandardPaths>

namespace holdline::monitor {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("PictureFile", text);
}

}  // namespace

QString writePicture(const QImage &picture, const QString &path)
{
    QImageWriter writer(path, "png");
    return writer.write(picture) ? QString() : writer.errorString();
}

void askWhereToSave(QWidget *parent, const QString &fileName, std::function<QString(const QString &)> save,
                    std::function<void(const QString &)> report)
{
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    auto *dialog = new QFileDialog(parent, tr("Export picture"), folder, tr("Pictures (*.png)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("png"));
    dialog->selectFile(fileName);
    QObject::connect(dialog, &QFileDialog::fileSelected, parent,
                     [save = std::move(save), report = std::move(report)](const QString &path) {
                         const QString error = save(path);
                         const QString native = QDir::toNativeSeparators(path);
                         report(error.isEmpty() ? tr("Saved %1").arg(native)
                                                : tr("Cannot save %1: %2").arg(native, error));
                     });
    dialog->open();
}

}  // namespace holdline::monitor
