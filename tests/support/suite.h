// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>

/// One program holds the test classes of a whole suite; it runs one of them at a time: `suite TestLanes -v1`.
namespace holdline::test {

/// Runs a test class with QTest's arguments and returns its exit status.
using RunClass = int (*)(int argc, char **argv);

/// Makes a class known to the suite's main(). Lives as long as the program.
class SuiteEntry
{
public:
    /// `file` is the path of the class's source: its base name selects the class too.
    SuiteEntry(const char *className, const char *file, RunClass run, bool makesItsApplication = false);
};

template<typename TestClass>
int runClass(int argc, char **argv)
{
    TestClass test;
    return QTest::qExec(&test, argc, argv);
}

}  // namespace holdline::test

/// Takes the place of QTEST_MAIN. The application is the suite's: a QCoreApplication on holdline's own event
/// loop (with HOLDLINE_TEST_EVENT_LOOP=qt in the environment on Qt's), or a QApplication on the platform's loop.
#define HOLDLINE_TEST(TestClass)                                                     \
    static const holdline::test::SuiteEntry suiteEntryOf##TestClass(#TestClass, __FILE__, \
                                                                    &holdline::test::runClass<TestClass>);

/// For a class that needs a state of the process before there is an application: `run` makes the application
/// and calls runClass().
#define HOLDLINE_TEST_WITH(TestClass, run) \
    static const holdline::test::SuiteEntry suiteEntryOf##TestClass(#TestClass, __FILE__, run, true);
