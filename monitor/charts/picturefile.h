// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QString>

#include <functional>

class QWidget;

namespace holdline::monitor {

/// Device pixels per device-independent pixel in exported pictures.
inline constexpr qreal kExportRatio = 2;

/// Writes a PNG file. Returns an error text for the user, or an empty text.
QString writePicture(const QImage &picture, const QString &path);

/// Opens a file dialog without blocking. When the user accepts, calls `save` with the path and then `report`
/// with a text for the status bar. `save` returns an error text or an empty text. Calls neither function when
/// the user cancels or `parent` is destroyed.
void askWhereToSave(QWidget *parent, const QString &fileName,
                    std::function<QString(const QString &path)> save,
                    std::function<void(const QString &text)> report);

}  // namespace holdline::monitor
