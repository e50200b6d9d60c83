# SPDX-License-Identifier: GPL-3.0-or-later
# What repeats a whole class, label `slow`. Without NIGHTLY it runs in every .ci/run: one class for each room in which the
# repeated setting takes another path. Qt's loop: the listener (descriptors) and the service (everything at once).
# Threads: the service, dead letters and the monitor, whose messages then cross threads. The rest repeats those paths.
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
