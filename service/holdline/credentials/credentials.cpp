// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/holdline/credentials/credentials.h"

namespace holdline {

const CredentialState *Credentials::find(const CredentialSpec &spec) const
{
    const auto found = m_known.find(spec.name);
    return found == m_known.end() ? nullptr : &found->second;
}

void Credentials::take(const QByteArray &name, const CredentialState &state)
{
    if (m_known.size() >= kMost && !m_known.contains(name))
        m_known.clear();
    m_known.insert_or_assign(name, state);
    Q_EMIT changed(name, state);
}

}  // namespace holdline
