// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QString>

#include <functional>

class QWidget;

namespace holdline::monitor {

/// Pixels per point in pictures that are exported.
inline constexpr qreal kExportRatio = 2;

/// Writes a PNG; empty, or why it could not be written.
QString writePicture(const QImage &picture, const QString &path);

/// Asks where to, without blocking, then writes what `save` writes there, which returns as writePicture()
/// does. `told` gets the sentence for the status bar. Nothing happens when the question is cancelled, or the
/// parent goes.
void askWhereToSave(QWidget *parent, const QString &fileName,
                    std::function<QString(const QString &path)> save,
                    std::function<void(const QString &text)> told);

}  // namespace holdline::monitor
