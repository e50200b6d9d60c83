// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/standardstreams.h"
#include "core/config/commandline.h"
#include "core/eventloop/descriptorlimit.h"
#include "core/eventloop/eventloop.h"
#include "service/jobclient/jobclientcommand.h"
#include "service/jobclient/loadgenerator.h"
#include "service/jobclient/progressbar.h"
#include "service/jobclient/proofcheck.h"

#include <QCoreApplication>
#include <QFile>

#include <cstdio>

using namespace holdline;
using namespace Qt::StringLiterals;

namespace {

const QString kProgram = u"jobclient"_s;
/// File descriptors for standard streams, the event loop and others.
constexpr int kSpareDescriptors = 32;
constexpr qint64 kMaxProofFile = 64 * 1024 * 1024;

int print(const QByteArray &text, bool good)
{
    std::fwrite(text.constData(), 1, static_cast<std::size_t>(text.size()), stdout);
    std::fflush(stdout);
    return good ? kExitOk : kExitFailed;
}

int run(const jobclient::RunCommand &command, int descriptors)
{
    ProgressBar bar;
    LoadGenerator generator(command.load);
    if (generator.report().concurrency > descriptors - kSpareDescriptors) {
        return finish(kProgram,
                      {kExitUnavailable,
                       u"%1 connections at once need more than the %2 descriptors there are (ulimit -n)"_s
                           .arg(generator.report().concurrency)
                           .arg(descriptors)});
    }
    if (!command.json) {
        QObject::connect(&generator, &LoadGenerator::progressed, &generator,
                         [&](int done, int total) { bar.show(done, total, generator.elapsed()); });
    }
    QObject::connect(&generator, &LoadGenerator::finished, &generator,
                     [](const Report &) { QCoreApplication::quit(); });
    generator.start();
    QCoreApplication::exec();

    bar.end();
    const Report &report = generator.report();
    if (const QByteArray failures = report.failureText(); !failures.isEmpty())
        std::fprintf(stderr, "jobclient: %s\n", failures.constData());
    return print(command.json ? report.toJson() : report.toText(), report.passed());
}

int verify(const jobclient::VerifyCommand &command)
{
    QFile file(command.file);
    const bool opened =
        command.file == "-"_L1 ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!opened)
        return finish(kProgram, {kExitNoInput, command.file + u": "_s + file.errorString()});
    const QByteArray text = file.read(kMaxProofFile);
    const auto decoded = decodeProofBlock(findProofBlock(text), {kMaxProofFile * 4, 1'000'000});
    if (const auto *error = std::get_if<QString>(&decoded))
        return finish(kProgram,
                      {kExitFailed, command.file + u": the proof block cannot be read: "_s + *error});
    const ProofCheck check = checkProofs(std::get<ProofEntries>(decoded), command.limit);
    return print(command.json ? check.toJson() : check.toText(), check.ok());
}

}  // namespace

int main(int argc, char **argv)
{
    openStandardStreams();
    const int descriptors = raiseDescriptorLimit();
    const auto command = jobclient::parseCommandLine(argumentsOf(argc, argv));
    if (const auto *exit = std::get_if<Exit>(&command))
        return finish(kProgram, *exit);
    installEventLoop(EventLoop::Epoll);
    QCoreApplication application(argc, argv);
    if (const auto *verifying = std::get_if<jobclient::VerifyCommand>(&command))
        return verify(*verifying);
    return run(std::get<jobclient::RunCommand>(command), descriptors);
}
