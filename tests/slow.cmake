# SPDX-License-Identifier: GPL-3.0-or-later
# Entries that repeat a whole test class with another setting, label `slow`. Those without NIGHTLY run in
# every .ci/run: one class for each part of the code that takes another path with that setting. Qt's event
# loop: the listener (descriptors) and the whole service. Four threads: the service, dead letters and the
# monitor, whose messages then cross threads. The entries with NIGHTLY repeat the same paths.
holdline_repeat(qtloop HOLDLINE_TEST_EVENT_LOOP=qt tst_httplistener tst_service)
holdline_repeat(threads HOLDLINE_TEST_THREADS=4 tst_service tst_deadletterservice tst_monitorserver)

holdline_repeat(qtloop HOLDLINE_TEST_EVENT_LOOP=qt NIGHTLY
    tst_comingback
    tst_listenerstreams
    tst_jobclient
    tst_jobevents
    tst_jobsapi
    tst_jobserver
    tst_monitorserver
    tst_pooledaccessmanager)
holdline_repeat(threads HOLDLINE_TEST_THREADS=4 NIGHTLY
    tst_holdline
    tst_holdlinemonitor
    tst_holdlinesignals
    tst_upstreamcases)
