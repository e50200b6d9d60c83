// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tlscertificates.h"

#include <QFile>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace holdline::test {

namespace {

void addExtension(X509 *certificate, X509V3_CTX *context, int nid, const QByteArray &value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(nullptr, context, nid, value.constData());
    if (!extension)
        qFatal("TlsAuthority: extension %s", value.constData());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

template <typename Write>
QByteArray pem(Write write)
{
    BIO *bio = BIO_new(BIO_s_mem());
    write(bio);
    char *bytes = nullptr;
    const long size = BIO_get_mem_data(bio, &bytes);
    const QByteArray text(bytes, size);
    BIO_free(bio);
    return text;
}

}  // namespace

void TlsAuthority::Free::operator()(evp_pkey_st *key) const
{
    EVP_PKEY_free(key);
}

void TlsAuthority::Free::operator()(x509_st *certificate) const
{
    X509_free(certificate);
}

TlsAuthority::TlsAuthority(const QByteArray &name) : m_key(EVP_EC_gen("P-256"))
{
    m_certificate = make(name, {}, m_key.get(), m_key.get(), nullptr, std::chrono::hours(24));
    write(QStringLiteral("authority.pem"),
          pem([this](BIO *bio) { PEM_write_bio_X509(bio, m_certificate.get()); }));
}

TlsAuthority::~TlsAuthority() = default;

QString TlsAuthority::write(const QString &name, const QByteArray &bytes) const
{
    QFile file(m_folder.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("TlsAuthority: cannot write %s", qPrintable(file.fileName()));
    return file.fileName();
}

/// `names` is empty for an authority. `issuer` is null for a self-signed certificate.
TlsAuthority::Certificate TlsAuthority::make(const QByteArray &name, const QByteArray &names,
                                             evp_pkey_st *key, evp_pkey_st *signer, const x509_st *issuer,
                                             std::chrono::hours ends)
{
    Certificate made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++m_issued);
    const auto seconds = static_cast<long>(std::chrono::seconds(ends).count());
    X509_gmtime_adj(X509_getm_notBefore(made.get()), seconds - 2 * 24 * 3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), seconds);
    X509_set_pubkey(made.get(), key);
    X509_NAME *subject = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char *>(name.constData()), -1, -1, 0);
    X509_set_issuer_name(made.get(), issuer ? X509_get_subject_name(issuer) : subject);
    X509V3_CTX context;
    X509V3_set_ctx(&context, const_cast<X509 *>(issuer ? issuer : made.get()), made.get(), nullptr, nullptr,
                   0);
    addExtension(made.get(), &context, NID_basic_constraints,
                 names.isEmpty() ? "critical,CA:TRUE" : "CA:FALSE");
    if (!names.isEmpty())
        addExtension(made.get(), &context, NID_subject_alt_name, names);
    if (X509_sign(made.get(), signer, EVP_sha256()) == 0)
        qFatal("TlsAuthority: cannot sign");
    return made;
}

TlsIdentity TlsAuthority::save(x509_st *certificate, evp_pkey_st *key)
{
    const QString number = QString::number(m_issued);
    return {write(number + QStringLiteral(".crt"),
                  pem([certificate](BIO *bio) { PEM_write_bio_X509(bio, certificate); })),
            write(number + QStringLiteral(".key"), pem([key](BIO *bio) {
                      PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
                  }))};
}

TlsIdentity TlsAuthority::issue(const QByteArray &names, std::chrono::hours ends)
{
    const Key key(EVP_EC_gen("P-256"));
    const Certificate made = make("leaf", names, key.get(), m_key.get(), m_certificate.get(), ends);
    return save(made.get(), key.get());
}

TlsIdentity TlsAuthority::selfSigned(const QByteArray &names)
{
    const Key key(EVP_EC_gen("P-256"));
    const Certificate made = make("alone", names, key.get(), key.get(), nullptr, std::chrono::hours(24));
    return save(made.get(), key.get());
}

}  // namespace holdline::test
