// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QLabel;
class QWidget;

namespace holdline::monitor {

/// A label for plain text that wraps its lines. The mouse can select the text. `parent` owns the label.
QLabel *wrappedLabel(QWidget *parent);

}  // namespace holdline::monitor
