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
class ResultBox;
class Waterfall;

/// All that is known of one job: where its time went, how it ended and what that means, its identifiers, and
/// its callbacks. Follows the job from live into the history; one that is forgotten stays as it was last
/// seen. LiveData must outlive it. Hidden, it costs nothing. Thread: the window's.
class JobDetailPanel : public QStackedWidget
{
    Q_OBJECT

public:
    /// The desk, which takes questions for stored results, must outlive it.
    JobDetailPanel(LiveData *live, CommandClient *commands, QWidget *parent = nullptr);

    /// Empty: none.
    void setJob(const QByteArray &id);
    QByteArray job() const { return m_id; }
    /// Ages stand still.
    void setStill(bool still);
    /// Whether the job can be cancelled from here: commands reach the service.
    void setCommands(bool possible);

Q_SIGNALS:
    void cancelRequested(const QList<QByteArray> &ids);
    /// For the status bar: what was copied.
    void told(const QString &text);

protected:
    void showEvent(QShowEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    struct Line
    {
        QString name;
        QLabel *caption = nullptr;
        QLabel *value = nullptr;
        QToolButton *copy = nullptr;  ///< for what is wanted elsewhere
    };
    enum Text {
        Id,
        UpstreamId,
        RequestId,
        Account,
        Client,
        Started,
        Deadline,
        Attempts,
        Place,
        DurableJob,
        Detail
    };
    static constexpr int kTexts = Detail + 1;

    QWidget *makePage();
    void makeLines();
    void say(Text text, const QString &value);
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
    bool m_still = false;
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
    ResultBox *m_result;
    QPushButton *m_cancel;
    QPushButton *m_copyJson;
    QPushButton *m_copyCurl;
};

}  // namespace holdline::monitor
