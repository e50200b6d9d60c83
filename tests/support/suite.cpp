// SPDX-License-Identifier: GPL-3.0-or-later
// The main() of every suite. HOLDLINE_GUI_SUITE is defined for suites that use widgets.
#include "tests/support/suite.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

#ifdef HOLDLINE_GUI_SUITE
#include <QApplication>
#else
#include "core/eventloop/eventloop.h"

#include <QCoreApplication>
#endif

namespace holdline::test {

namespace {

constexpr int kUsage = 64;

struct Entry
{
    std::string_view className;
    std::string_view fileName;  ///< without folders and without ".cpp"
    RunClass run;
    bool makesItsApplication;
};

/// Returns the registered classes. The list is a function-local static, because classes register before
/// main().
std::vector<Entry> &entries()
{
    static std::vector<Entry> all;
    return all;
}

std::string_view baseName(std::string_view path)
{
    path.remove_prefix(path.rfind('/') + 1);
    return path.substr(0, path.rfind('.'));
}

std::unique_ptr<QCoreApplication> makeApplication(int &argc, char **argv)
{
#ifdef HOLDLINE_GUI_SUITE
    // Opens no window unless the environment names a platform.
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    return std::make_unique<QApplication>(argc, argv);
#else
    const bool isQt = qgetenv("HOLDLINE_TEST_EVENT_LOOP") == "qt";
    installEventLoop(isQt ? EventLoop::Qt : EventLoop::Epoll);
    return std::make_unique<QCoreApplication>(argc, argv);
#endif
}

void list(std::FILE *out)
{
    for (const Entry &entry : entries()) {
        std::fprintf(out, "%.*s %.*s\n", int(entry.className.size()), entry.className.data(),
                     int(entry.fileName.size()), entry.fileName.data());
    }
}

int runSuite(int argc, char **argv)
{
    std::sort(entries().begin(), entries().end(),
              [](const Entry &a, const Entry &b) { return a.className < b.className; });
    const std::string_view wanted = argc > 1 ? argv[1] : "";
    if (wanted == "--list") {
        list(stdout);
        return 0;
    }
    const auto found = std::find_if(entries().begin(), entries().end(), [wanted](const Entry &entry) {
        return entry.className == wanted || entry.fileName == wanted;
    });
    if (found == entries().end()) {
        std::fprintf(stderr,
                     "Usage: %s CLASS [OPTION OF QTEST]... | --list\n%s: no such class: '%.*s'. There are:\n",
                     argv[0], argv[0], int(wanted.size()), wanted.data());
        list(stderr);
        return kUsage;
    }
    // QTest receives the program's name and the arguments after the class.
    std::rotate(argv + 1, argv + 2, argv + argc);
    argv[--argc] = nullptr;
    if (found->makesItsApplication)
        return found->run(argc, argv);
    const auto application = makeApplication(argc, argv);
    QCoreApplication::setAttribute(Qt::AA_Use96Dpi, true);
    return found->run(argc, argv);
}

}  // namespace

SuiteEntry::SuiteEntry(const char *className, const char *file, RunClass run, bool makesItsApplication)
{
    entries().push_back({className, baseName(file), run, makesItsApplication});
}

}  // namespace holdline::test

int main(int argc, char **argv)
{
    return holdline::test::runSuite(argc, argv);
}
