// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <initializer_list>
#include <map>
#include <variant>

namespace holdline {

/// A query's parameters by name, percent-decoded. A plus sign stands for itself, not for a space: keys and
/// accounts may hold one.
using QueryParameters = std::map<QByteArray, QByteArray>;

/// Those of a request's target, or what is wrong with them, for people: a parameter that is not `known`, one
/// that comes twice, one without a value.
std::variant<QueryParameters, QString> parseQuery(QByteArrayView target,
                                                  std::initializer_list<QByteArrayView> known);

}  // namespace holdline
