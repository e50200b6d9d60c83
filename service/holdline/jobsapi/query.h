// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <initializer_list>
#include <map>
#include <variant>
#include <vector>

namespace holdline {

/// The parameters of a query by name, percent-decoded. A plus sign is a plus sign, not a space, because keys
/// and accounts may contain one.
using QueryParameters = std::map<QByteArray, QByteArray>;

/// Returns the parameters of a request's target, or an error text for people. Errors are: a parameter not in
/// `known`, a repeated parameter, a parameter without a value. Pure.
std::variant<QueryParameters, QString> parseQuery(QByteArrayView target,
                                                  std::initializer_list<QByteArrayView> known);

/// Returns the values of one parameter, percent-decoded and in their order. Does not judge other parameters.
/// A parameter without a value counts as an empty one. Pure.
std::vector<QByteArray> queryValues(QByteArrayView target, QByteArrayView name);

}  // namespace holdline
