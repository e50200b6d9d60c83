// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QTemporaryDir>

#include <chrono>
#include <memory>

struct evp_pkey_st;
struct x509_st;

namespace holdline::test {

/// Paths of the PEM files of a certificate and its private key.
struct TlsIdentity
{
    QString certificate;
    QString key;
};

/// A private certificate authority. Each object creates a new key. Its files are in a temporary folder, which
/// the destructor removes.
class TlsAuthority
{
public:
    explicit TlsAuthority(const QByteArray &name = "Test authority");
    ~TlsAuthority();
    TlsAuthority(const TlsAuthority &) = delete;
    TlsAuthority &operator=(const TlsAuthority &) = delete;

    /// Returns the path of the authority's own certificate.
    QString file() const { return m_folder.filePath(QStringLiteral("authority.pem")); }

    /// Issues a certificate and returns its files. `names` are the subject alternative names, e.g.
    /// "DNS:localhost,IP:127.0.0.1". The certificate is valid for two days and expires at `ends` from now.
    /// With a negative `ends` it has already expired.
    TlsIdentity issue(const QByteArray &names = "DNS:localhost,IP:127.0.0.1,IP:::1,DNS:server.test",
                      std::chrono::hours ends = std::chrono::hours(24));
    /// Makes a certificate that is signed with its own key.
    TlsIdentity selfSigned(const QByteArray &names = "DNS:localhost,IP:127.0.0.1");
    /// Writes a file into the authority's folder and returns the file's path.
    QString write(const QString &name, const QByteArray &bytes) const;

private:
    struct Free
    {
        void operator()(evp_pkey_st *key) const;
        void operator()(x509_st *certificate) const;
    };
    using Key = std::unique_ptr<evp_pkey_st, Free>;
    using Certificate = std::unique_ptr<x509_st, Free>;

    Certificate make(const QByteArray &name, const QByteArray &names, evp_pkey_st *key, evp_pkey_st *signer,
                     const x509_st *issuer, std::chrono::hours ends);
    TlsIdentity save(x509_st *certificate, evp_pkey_st *key);

    QTemporaryDir m_folder;
    Key m_key;
    Certificate m_certificate;
    int m_issued = 0;
};

}  // namespace holdline::test
