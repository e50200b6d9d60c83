// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QIODevice>

namespace holdline {

/// A request body that can be read once: sequential, and seek() and reset() fail. This is what keeps the
/// stock QNetworkAccessManager from sending a POST again when the upstream closes before answering; it needs
/// DoNotBufferUploadDataAttribute and a Content-Length, too.
///
/// wasRead() is a witness as well: a body that was never read has not been sent, so that the upstream cannot
/// have taken the request.
class OnceBody final : public QIODevice
{
    Q_OBJECT

public:
    /// `affinity`: what PooledAccessManager::AffinityAttribute would say, where that is not set. A request's
    /// attributes are a table that is copied for each request which differs in one of them.
    explicit OnceBody(QByteArray bytes, QByteArray affinity = {}, QObject *parent = nullptr);

    const QByteArray &affinity() const { return m_affinity; }

    bool wasRead() const { return m_read > 0; }
    /// All of it at once, if nothing was read yet; for those who know what it is.
    QByteArray takeAll()
    {
        m_read = m_bytes.size();
        return m_bytes;
    }

    bool isSequential() const override { return true; }
    bool seek(qint64) override { return false; }
    bool reset() override { return false; }
    bool atEnd() const override { return m_read == m_bytes.size(); }
    qint64 size() const override { return m_bytes.size(); }
    qint64 bytesAvailable() const override;

protected:
    qint64 readData(char *data, qint64 maxSize) override;
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    QByteArray m_bytes;
    QByteArray m_affinity;
    qsizetype m_read = 0;
};

}  // namespace holdline
