// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/window/recordingcontrol.h"

#include "monitor/charts/icons.h"
#include "monitor/client/streamrecorder.h"
#include "monitor/data/format.h"
#include "monitor/window/filedialogs.h"
#include "monitor/window/spantext.h"
#include "monitor/window/statusline.h"

#include <QAction>
#include <QWidget>

namespace holdline::monitor {

using namespace Qt::StringLiterals;

RecordingControl::RecordingControl(StreamRecorder *recorder, QAction *record, StatusLine *statusLine,
                                   QWidget *window)
    : QObject(window), m_recorder(recorder), m_record(record), m_statusLine(statusLine), m_window(window)
{
    connect(record, &QAction::triggered, this, &RecordingControl::setRecording);
    connect(recorder, &StreamRecorder::recordingChanged, this, &RecordingControl::showProgress);
    connect(recorder, &StreamRecorder::failed, this,
            [this](const QString &error) { Q_EMIT failed(tr("The recording ended. %1").arg(error)); });
}

void RecordingControl::showProgress()
{
    const bool on = m_recorder->isRecording();
    m_record->setChecked(on);
    m_record->setIcon(icon(on ? u"stop"_s : u"record"_s));
    m_record->setText(on ? tr("&Stop recording") : tr("&Record"));
    m_statusLine->setRecording(
        on ? tr("Recording: %1, %2")
                 .arg(spanText(std::chrono::floor<std::chrono::seconds>(m_recorder->length())),
                      formatBytes(m_recorder->bytes()))
           : QString());
}

void RecordingControl::setRecording(bool on)
{
    if (!on) {
        const QString path = m_recorder->path();
        m_recorder->stop();
        Q_EMIT statusMessage(tr("Saved the recording to %1").arg(path));
        return;
    }
    m_record->setChecked(false);  // stays unchecked until the user has selected a file
    askNewRecording(m_window, [this](const QString &path) {
        saveFolder(path);
        if (const QString error = m_recorder->start(path); !error.isEmpty())
            Q_EMIT failed(tr("The recording did not start. %1").arg(error));
    });
}

}  // namespace holdline::monitor
