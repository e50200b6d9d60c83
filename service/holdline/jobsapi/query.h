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

/// What a value of a query can mean, percent-decoded, the likelier reading first. In the form encoding of
/// HTML (WHATWG URL, 5) a plus sign is a space, in a URL it is itself (RFC 3986, 3.4). There are two readings
/// of a value with a raw plus sign, and one of any other.
using Readings = std::vector<QByteArray>;

/// The parameters of a query by name.
using QueryParameters = std::map<QByteArray, Readings>;

/// Returns the parameters of a request's target, or an error text for people. Errors are: a parameter not in
/// `known`, a repeated parameter, a parameter without a value. Names are percent-decoded. Pure.
std::variant<QueryParameters, QString> parseQuery(QByteArrayView target,
                                                  std::initializer_list<QByteArrayView> known);

/// Returns the values of one parameter, percent-decoded and in their order. Does not judge other parameters.
/// A parameter without a value counts as an empty one. Pure.
std::vector<QByteArray> queryValues(QByteArrayView target, QByteArrayView name);

}  // namespace holdline
