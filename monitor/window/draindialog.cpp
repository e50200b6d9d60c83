// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/draindialog.h"

#include "monitor/charts/icons.h"
#include "monitor/data/format.h"
#include "monitor/data/livedata.h"
#include "monitor/window/spantext.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

namespace {

constexpr int kSign = 40;
constexpr int kTextWidth = 420;

}  // namespace

DrainDialog::DrainDialog(const LiveData *live, QWidget *parent)
    : QDialog(parent), m_data(live), m_text(new QLabel(this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowModality(Qt::WindowModal);
    setWindowTitle(tr("Drain the service?"));
    auto *sign = new QLabel(this);
    sign->setPixmap(icon(u"drain"_s, Ink::Warn).pixmap(QSize(kSign, kSign), devicePixelRatioF()));
    sign->setAccessibleName(tr("Warning"));
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setFixedWidth(kTextWidth);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    QPushButton *drain = buttons->addButton(tr("&Drain"), QDialogButtonBox::AcceptRole);
    drain->setObjectName(u"drain"_s);
    drain->setAutoDefault(false);
    buttons->button(QDialogButtonBox::Cancel)->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *line = new QHBoxLayout;
    line->addWidget(sign, 0, Qt::AlignTop);
    line->addWidget(m_text);
    auto *layout = new QVBoxLayout(this);
    layout->setSpacing(16);
    layout->addLayout(line);
    layout->addWidget(buttons);
    connect(live, &LiveData::changed, this, &DrainDialog::renew);
    connect(live, &LiveData::reset, this, &DrainDialog::renew);
    renew();
}

QString DrainDialog::text() const
{
    return m_text->text();
}

void DrainDialog::renew()
{
    const int held = m_data->held();
    const int queued = m_data->count(RowState::Queued) + m_data->count(RowState::Retrying);
    const Milliseconds timeout = m_data->service() ? m_data->service()->drainTimeout : Milliseconds{};
    const QString what =
        held == 0 ? tr("The service holds no requests now.")
                  : tr("The service holds %1 now, %2 of them queued. They have %3 to finish. Requests left "
                       "after that get 503.")
                        .arg(formatCounted(held, tr("request"), tr("requests")), formatCount(queued),
                             spanText(timeout));
    m_text->setText(tr("New requests get 503 at once. The service ends when it holds no more requests. "
                       "You cannot cancel a drain.") +
                    u"\n\n"_s + what);
}

}  // namespace holdline::monitor
