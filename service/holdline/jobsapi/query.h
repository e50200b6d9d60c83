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

/// The possible meanings of a parameter's value in a query, percent-decoded, the likelier one first. In the
/// form encoding of HTML (WHATWG URL, 5) a plus sign means a space. In a URL it means itself (RFC 3986, 3.4).
/// A value with a raw plus sign has two readings, any other value has one.
using Readings = std::vector<QByteArray>;

/// The parameters of a query by name.
using QueryParameters = std::map<QByteArray, Readings>;

/// Returns the parameters of a request's target, or an error message. Errors are: a parameter not in `known`,
/// a repeated parameter, a parameter without a value. Names are percent-decoded. Pure.
std::variant<QueryParameters, QString> parseQuery(QByteArrayView target,
                                                  std::initializer_list<QByteArrayView> known);

/// Returns the values of one parameter, percent-decoded and in their order. Ignores other parameters. The
/// value of a parameter without a value is empty. Pure.
std::vector<QByteArray> queryValues(QByteArrayView target, QByteArrayView name);

}  // namespace holdline
