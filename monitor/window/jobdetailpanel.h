// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "monitor/data/livedata.h"

#include <QScrollArea>
#include <QStackedWidget>
#include <QTimer>

class QFormLayout;
class QLabel;
class QPushButton;
class QToolButton;

namespace holdline::monitor {

class CommandClient;
class JournalBox;
class ResultBox;
class Waterfall;

/// The details of one job: time per phase, outcome with an explanation, ids, and callbacks. Continues to show
/// the job after it has ended. A job that LiveData has dropped stays as it was last shown. A hidden panel
/// does no work. LiveData and CommandClient must outlive the panel. Thread: the window's.
class JobDetailPanel : public QStackedWidget
{
    Q_OBJECT

public:
    JobDetailPanel(LiveData *live, CommandClient *commands, QWidget *parent = nullptr);

    /// Shows the job with this id. An empty id shows no job.
    void setJob(const QByteArray &id);
    QByteArray job() const { return m_id; }
    /// Stops or continues the update of ages. It is stopped while the source is disconnected or the window is
    /// frozen.
    void setStopped(bool stopped);
    /// Enables or disables the buttons that send commands. Pass false while commands cannot reach the
    /// service.
    void setCommands(bool possible);

Q_SIGNALS:
    void cancelRequested(const QList<QByteArray> &ids);
    /// A text for the status bar.
    void statusMessage(const QString &text);

protected:
    void showEvent(QShowEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    struct Line
    {
        QString name;
        QLabel *caption = nullptr;
        QLabel *value = nullptr;
        QToolButton *copy = nullptr;  ///< null for lines without a copy button
    };
    enum Text {
        Id,
        UpstreamId,
        RequestId,
        Account,
        Route,
        Client,
        Started,
        Deadline,
        Attempts,
        Position,
        DurableJob,
        Progress,
        Detail
    };
    static constexpr int kTexts = Detail + 1;

    QWidget *makePage();
    void makeLines();
    void setLine(Text text, const QString &value);
    void refresh();
    void renew();
    void showState();
    void showLines();
    void showCallbacks();
    void tick();
    void copy(const QString &text, const QString &what);

    LiveData *m_data;
    QByteArray m_id;
    JobPtr m_job;
    bool m_stopped = false;
    bool m_commands = true;
    QTimer m_clock;
    QLabel *m_none;
    QLabel *m_sign;
    QLabel *m_state;
    QLabel *m_explanation;
    Waterfall *m_waterfall;
    QFormLayout *m_form;
    std::array<Line, kTexts> m_lines;
    QLabel *m_callbacks;
    JournalBox *m_journal;
    ResultBox *m_result;
    QPushButton *m_cancel;
    QPushButton *m_copyJson;
    QPushButton *m_copyCurl;
};

}  // namespace holdline::monitor
