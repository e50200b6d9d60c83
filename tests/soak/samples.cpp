// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/soak/samples.h"

#include "tests/bench/procfs.h"

#include <QDir>
#include <QFile>

#include <algorithm>

namespace holdline::soak {

using namespace Qt::StringLiterals;

namespace {

QByteArray mib(qint64 kib)
{
    return QByteArray::number(static_cast<double>(kib) / 1024, 'f', 1);
}

}  // namespace

void Samples::take(std::chrono::milliseconds at, int life, qint64 pid)
{
    const QString folder = u"/proc/%1/"_s.arg(pid);
    QFile status(folder + u"status"_s);
    if (!status.open(QIODevice::ReadOnly))
        return;
    const auto resident = bench::statusKib(status.readAll(), "VmRSS");
    const auto descriptors =
        QDir(folder + u"fd"_s).entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot).size();
    if (resident)
        m_all.push_back({at, life, *resident, static_cast<int>(descriptors)});
}

qint64 Samples::mostResidentKib() const
{
    qint64 most = 0;
    for (const Sample &sample : m_all)
        most = std::max(most, sample.residentKib);
    return most;
}

int Samples::mostDescriptors() const
{
    int most = 0;
    for (const Sample &sample : m_all)
        most = std::max(most, sample.descriptors);
    return most;
}

Samples Samples::ofLife(int life) const
{
    Samples result;
    for (const Sample &sample : m_all) {
        if (sample.life == life)
            result.m_all.push_back(sample);
    }
    return result;
}

QByteArray Samples::text() const
{
    if (m_all.empty())
        return "no samples";
    QByteArrayList resident;
    QByteArrayList descriptors;
    for (std::size_t quarter = 0; quarter <= 4; ++quarter) {
        const Sample &sample = m_all[(m_all.size() - 1) * quarter / 4];
        resident.append(mib(sample.residentKib));
        descriptors.append(QByteArray::number(sample.descriptors));
    }
    return "rss_mib " + resident.join('/') + " (max " + mib(mostResidentKib()) + "), descriptors " +
           descriptors.join('/') + " (max " + QByteArray::number(mostDescriptors()) + ')';
}

}  // namespace holdline::soak
