// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>

/// One program contains the test classes of a suite and runs one of them at a time: `suite TestLanes -v1`.
namespace holdline::test {

/// Runs a test class with QTest's arguments and returns its exit status.
using RunClass = int (*)(int argc, char **argv);

/// Registers a class with the suite's main(). Lives as long as the program.
class SuiteEntry
{
public:
    /// `file` is the path of the class's source. Its base name selects the class too.
    SuiteEntry(const char *className, const char *file, RunClass run, bool makesItsApplication = false);
};

template <typename TestClass>
int runClass(int argc, char **argv)
{
    TestClass test;
    return QTest::qExec(&test, argc, argv);
}

}  // namespace holdline::test

/// Replaces QTEST_MAIN. The suite owns the application: a QCoreApplication on holdline's event loop, or a
/// QApplication on the platform's loop. With HOLDLINE_TEST_EVENT_LOOP=qt a QCoreApplication uses Qt's loop.
#define HOLDLINE_TEST(TestClass)                                                          \
    static const holdline::test::SuiteEntry suiteEntryOf##TestClass(#TestClass, __FILE__, \
                                                                    &holdline::test::runClass<TestClass>);

/// For a class that prepares the process before an application exists. `run` creates the application and
/// calls runClass().
#define HOLDLINE_TEST_WITH(TestClass, run) \
    static const holdline::test::SuiteEntry suiteEntryOf##TestClass(#TestClass, __FILE__, run, true);
