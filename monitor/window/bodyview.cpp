// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/bodyview.h"

#include "core/json/bodytext.h"
#include "monitor/charts/icons.h"
#include "monitor/data/format.h"
#include "monitor/data/jsonlayout.h"

#include <QClipboard>
#include <QFileDialog>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSaveFile>
#include <QVBoxLayout>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype kHexBytes = 64 * 1024;
constexpr int kLines = 8;  ///< minimum number of visible lines

QString suffixFor(const BodyPart &body)
{
    if (laidOutJson(body.bytes))
        return u".json"_s;
    return isShowable(body.bytes) ? u".txt"_s : u".bin"_s;
}

QString readable(const BodyPart &body)
{
    if (const auto json = laidOutJson(body.bytes))
        return QString::fromUtf8(*json);
    if (isShowable(body.bytes))
        return QString::fromUtf8(body.bytes);
    return QString::fromLatin1(hexDump(body.bytes, kHexBytes));
}

}  // namespace

BodyView::BodyView(const QString &what, QWidget *parent)
    : QWidget(parent),
      m_what(what),
      m_head(new QLabel(this)),
      m_text(new QPlainTextEdit(this)),
      m_copy(new QPushButton(icon(u"copy"_s), tr("Copy"), this)),
      m_save(new QPushButton(icon(u"export"_s), tr("Save…"), this))
{
    m_head->setTextFormat(Qt::PlainText);
    m_head->setWordWrap(true);
    m_text->setReadOnly(true);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_text->setTabChangesFocus(true);
    // With keyboard interaction, even read-only text has a caret, and keys can select text.
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setAccessibleName(what);
    m_text->setMinimumHeight(kLines * QFontMetrics(m_text->font()).lineSpacing());
    m_copy->setToolTip(tr("Copy the unchanged body"));
    m_copy->setAccessibleName(tr("Copy: %1").arg(what));
    m_save->setToolTip(tr("Save the unchanged body"));
    m_save->setAccessibleName(tr("Save: %1").arg(what));
    setFocusProxy(m_text);
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(m_copy);
    buttons->addWidget(m_save);
    buttons->addStretch(1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_head);
    layout->addWidget(m_text, 1);
    layout->addLayout(buttons);
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QGuiApplication::clipboard()->setText(isShowable(m_body.bytes) ? QString::fromUtf8(m_body.bytes)
                                                                       : m_text->toPlainText());
        Q_EMIT statusMessage(tr("Copied: %1").arg(m_what));
    });
    connect(m_save, &QPushButton::clicked, this, &BodyView::chooseFile);
    clear();
}

void BodyView::setBody(const BodyPart &body, const QString &status, const QString &fileName)
{
    m_body = body;
    m_fileName = fileName + suffixFor(body);
    QStringList head;
    if (!status.isEmpty())
        head << status;
    if (!body.contentType.isEmpty())
        head << QString::fromUtf8(body.contentType);
    head << (body.isCut()
                 ? tr("the first %1 of %2").arg(formatBytes(body.bytes.size()), formatBytes(body.size))
                 : formatBytes(body.size));
    m_head->setText(head.join(u" · "_s));
    m_text->setPlainText(readable(body));
    m_text->setPlaceholderText(tr("The body is empty."));
    m_copy->setEnabled(true);
    m_save->setEnabled(true);
}

void BodyView::clear()
{
    m_body = {};
    m_head->clear();
    m_text->clear();
    m_text->setPlaceholderText({});
    m_copy->setEnabled(false);
    m_save->setEnabled(false);
}

QString BodyView::text() const
{
    return m_text->toPlainText();
}

QString BodyView::head() const
{
    return m_head->text();
}

QString BodyView::saveTo(const QString &path) const
{
    QSaveFile file(path);
    const bool written =
        file.open(QIODevice::WriteOnly) && file.write(m_body.bytes) == m_body.bytes.size() && file.commit();
    return written ? QString() : file.errorString();
}

void BodyView::chooseFile()
{
    auto *dialog = new QFileDialog(this, tr("Save the body"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(m_fileName);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &path) {
        const QString error = saveTo(path);
        Q_EMIT statusMessage(error.isEmpty() ? tr("Saved %1").arg(path)
                                             : tr("Cannot save %1: %2").arg(path, error));
    });
    dialog->open();
}

}  // namespace holdline::monitor
