// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <vector>

/// One text for each name in the JSONTestSuite (its n_ and y_ files). Each text has the property that the
/// name describes, but was written for these tests.
namespace holdline::test {

struct NamedText
{
    const char *name;
    QByteArray text;
};

/// Returns texts that are no valid JSON value. They are also tested as the value of an unknown member.
std::vector<NamedText> invalidJsonValues();

/// Returns texts that are invalid as a whole body.
std::vector<NamedText> invalidJsonTexts();

std::vector<NamedText> validJsonTexts();

}  // namespace holdline::test
