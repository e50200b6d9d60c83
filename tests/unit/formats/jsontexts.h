// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <vector>

/// One text per name in the JSONTestSuite (its n_ and y_ files). Each has the same property but was written
/// for these tests.
namespace holdline::test {

struct NamedText
{
    const char *name;
    QByteArray text;
};

/// Invalid as a value. Also tested as the value of a member that Holdline does not know.
std::vector<NamedText> invalidJsonValues();

/// Invalid as a whole body.
std::vector<NamedText> invalidJsonTexts();

std::vector<NamedText> validJsonTexts();

}  // namespace holdline::test
