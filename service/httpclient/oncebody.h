// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QIODevice>

#include <utility>

namespace holdline {

/// A request body that can be read once: sequential, and seek() and reset() fail. QNetworkAccessManager sends
/// a POST again when the upstream closes the connection before answering. This class prevents that, together
/// with DoNotBufferUploadDataAttribute and a Content-Length.
///
/// When wasRead() is false, the request was not sent and the upstream has not accepted it.
class OnceBody final : public QIODevice
{
    Q_OBJECT

public:
    /// `affinity` is the affinity key when PooledAccessManager::AffinityAttribute is not set. Setting that
    /// attribute would copy the table of attributes for each request.
    explicit OnceBody(QByteArray bytes, QByteArray affinity = {}, QObject *parent = nullptr);

    const QByteArray &affinity() const { return m_affinity; }

    bool wasRead() const { return m_wasRead; }
    /// Returns the whole body and leaves this object empty. Moves the bytes, because a body may be large.
    /// Only useful when nothing was read yet.
    QByteArray takeAll()
    {
        m_wasRead = m_wasRead || !m_bytes.isEmpty();
        m_read = 0;
        return std::exchange(m_bytes, {});
    }

    bool isSequential() const override { return true; }
    bool seek(qint64) override { return false; }
    bool reset() override { return false; }
    bool atEnd() const override { return m_read == m_bytes.size(); }
    qint64 size() const override { return m_bytes.size(); }
    qint64 bytesAvailable() const override { return QIODevice::bytesAvailable() + m_bytes.size() - m_read; }

protected:
    qint64 readData(char *data, qint64 maxSize) override;
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    QByteArray m_bytes;
    QByteArray m_affinity;
    qsizetype m_read = 0;
    bool m_wasRead = false;
};

}  // namespace holdline
