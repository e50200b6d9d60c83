// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace holdline::test {

/// Makes file permissions apply to this thread for the lifetime of the object, even as root.
class BoundByPermissions
{
public:
    BoundByPermissions()
    {
        ::syscall(SYS_capget, &m_header, m_before);
        __user_cap_data_struct less[2] = {m_before[0], m_before[1]};
        less[0].effective &= ~((1U << CAP_DAC_OVERRIDE) | (1U << CAP_DAC_READ_SEARCH));
        ::syscall(SYS_capset, &m_header, less);
    }
    ~BoundByPermissions() { ::syscall(SYS_capset, &m_header, m_before); }
    Q_DISABLE_COPY_MOVE(BoundByPermissions)

    /// Returns the words that go before a command to make file permissions apply to the program, even as
    /// root.
    static QStringList command()
    {
        if (::geteuid() != 0)
            return {};
        return {QStringLiteral("setpriv"), QStringLiteral("--inh-caps=-dac_override,-dac_read_search"),
                QStringLiteral("--bounding-set=-dac_override,-dac_read_search")};
    }

private:
    __user_cap_header_struct m_header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct m_before[2] = {};
};

}  // namespace holdline::test
