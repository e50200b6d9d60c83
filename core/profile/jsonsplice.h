// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/jsonwalk.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <optional>
#include <variant>
#include <vector>

namespace holdline::profile {

/// A change of one value of a JSON text.
struct JsonEdit
{
    JsonPointer pointer;  ///< never empty
    /// The new value as JSON. None removes the member or element.
    std::optional<QByteArray> value;
};

/// The text with these changes. Every other byte stays. A value that is there is replaced in its place; a
/// missing one is added behind the last member, together with its missing parents. `-` names the place behind
/// the last element of an array (RFC 6901, section 4). What is removed need not be there.
///
/// `text` must have passed scanJson(). Returns what is wrong when a value on the way is neither object nor
/// array (null counts as missing), or when a changed member is there more than once.
std::variant<QByteArray, QString> spliceJson(QByteArrayView text, const std::vector<JsonEdit> &edits);

}  // namespace holdline::profile
