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
    /// The new value as JSON. Without a value, the edit removes the member or element.
    std::optional<QByteArray> value;
};

/// Returns `text` with the edits applied. Every other byte stays. An existing value is replaced in its place.
/// A missing value is added after the last member, together with its missing parents. The segment `-` means
/// the place after the last element of an array (RFC 6901, section 4). Removing a missing value changes
/// nothing.
///
/// `text` must have passed scanJson(). Returns an error text for people when a pointer leads through a value
/// that is neither object nor array (null counts as missing), when an array lacks the element, or when a
/// changed member occurs more than once.
std::variant<QByteArray, QString> spliceJson(QByteArrayView text, const std::vector<JsonEdit> &edits);

}  // namespace holdline::profile
