// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace holdline {

/// The UUID of a job for upstreams that want one of ours: version 4 in form (RFC 9562, 5.4), made from the
/// job's id. So each start of the job has the same one, also in another process. Pure.
QByteArray jobUuid(QByteArrayView jobId);

}  // namespace holdline
