// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace holdline {

/// Returns the UUID of a job, for upstreams that let the client choose the job's id. It has the form of
/// version 4 (RFC 9562, 5.4), but is computed from the job's id. So each start request of the job has the
/// same UUID, also after a restart of Holdline. Pure.
QByteArray jobUuid(QByteArrayView jobId);

}  // namespace holdline
