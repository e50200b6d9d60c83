// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>

/// A suite is one program with many test classes. It runs one class per call: `suite TestLanes -v1`.
namespace holdline::test {

/// Runs a test class with QTest's arguments and returns its exit status.
using RunClass = int (*)(int argc, char **argv);

/// Registers a test class with the suite's main(). Lives as long as the program.
class SuiteEntry
{
public:
    /// `file` is the path of the class's source file. Its base name also selects the class on the command
    /// line.
    SuiteEntry(const char *className, const char *file, RunClass run, bool makesItsApplication = false);
};

template <typename TestClass>
int runClass(int argc, char **argv)
{
    TestClass test;
    return QTest::qExec(&test, argc, argv);
}

}  // namespace holdline::test

/// Replaces QTEST_MAIN. The suite creates the application: a QCoreApplication on holdline's event loop, or a
/// QApplication on the platform's event loop. With HOLDLINE_TEST_EVENT_LOOP=qt the QCoreApplication uses Qt's
/// event loop.
#define HOLDLINE_TEST(TestClass)                                                          \
    static const holdline::test::SuiteEntry suiteEntryOf##TestClass(#TestClass, __FILE__, \
                                                                    &holdline::test::runClass<TestClass>);

/// Like HOLDLINE_TEST, for a class that prepares the process before an application exists. `run` creates the
/// application and calls runClass().
#define HOLDLINE_TEST_WITH(TestClass, run) \
    static const holdline::test::SuiteEntry suiteEntryOf##TestClass(#TestClass, __FILE__, run, true);
