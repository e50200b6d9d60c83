# SPDX-License-Identifier: GPL-3.0-or-later
# These suites need sockets, pipes and timers within their own process.
# Each test runs on Qt's event loop and on holdline's.
holdline_suite(sockets_eventloop LABEL integration
    SOURCES
        sockets/eventloop/eventloopfixture.cpp
        sockets/eventloop/eventloopfixture.h
        sockets/eventloop/eventrandom.h
        sockets/eventloop/eventvictim.h
        sockets/eventloop/tst_eventdescriptors.cpp
        sockets/eventloop/tst_eventdispatcher.cpp
        sockets/eventloop/tst_eventfewdescriptors.cpp
        sockets/eventloop/tst_eventnesting.cpp
        sockets/eventloop/tst_eventnotifiers.cpp
        sockets/eventloop/tst_eventqtclasses.cpp
        sockets/eventloop/tst_eventstorms.cpp
        sockets/eventloop/tst_eventthreads.cpp
        sockets/eventloop/tst_eventtimers.cpp
        sockets/eventloop/tst_eventturns.cpp
    LIBRARIES holdline_core holdline_testsupport)
holdline_suite(sockets_http LABEL integration
    SOURCES
        sockets/http/tst_connector.cpp
        sockets/http/tst_httplistener.cpp
        sockets/http/tst_httpserver.cpp
        sockets/http/tst_listenercapacity.cpp
        sockets/http/tst_listenerlimits.cpp
        sockets/http/tst_listenerlinger.cpp
        sockets/http/tst_listenermemory.cpp
        sockets/http/tst_listenerrefusals.cpp
        sockets/http/tst_listenerstreams.cpp
        sockets/http/tst_streamsocket.cpp
    LIBRARIES holdline_http holdline_httpserver holdline_testsupport)
holdline_suite(sockets_upstream LABEL integration
    SOURCES
        sockets/upstream/poolfixture.h
        sockets/upstream/seenreply.h
        sockets/upstream/startfixture.h
        sockets/upstream/tlsfixture.h
        sockets/upstream/tst_conformance.cpp
        sockets/upstream/tst_connectionpool.cpp
        sockets/upstream/tst_keepalive.cpp
        sockets/upstream/tst_pooledaccessmanager.cpp
        sockets/upstream/tst_pooledreply.cpp
        sockets/upstream/tst_pooledrequest.cpp
        sockets/upstream/tst_proxytunnel.cpp
        sockets/upstream/tst_staleconnections.cpp
        sockets/upstream/tst_tlsconnections.cpp
        sockets/upstream/tst_tlsrefusals.cpp
        sockets/upstream/tst_upstreamclient.cpp
        sockets/upstream/tst_upstreamfaults.cpp
    LIBRARIES holdline_upstream holdline_testsupport)
holdline_suite(sockets_tools LABEL integration
    SOURCES
        sockets/tools/tst_jobclient.cpp
        sockets/tools/tst_jobclientfailures.cpp
        sockets/tools/tst_jobserver.cpp
        sockets/tools/tst_jobservercallbacks.cpp
        sockets/tools/tst_jobserverfaults.cpp
    LIBRARIES jobclient_lib jobserver_engine holdline_testsupport)
holdline_suite(sockets_api LABEL integration
    SOURCES
        sockets/api/tst_comingback.cpp
        sockets/api/tst_deadletterroutes.cpp
        sockets/api/tst_jobevents.cpp
        sockets/api/tst_jobsapi.cpp
        sockets/api/tst_openapi.cpp
    LIBRARIES holdline_wholeservice holdline_jobs holdline_jobsapi holdline_httpserver holdline_fakes)
# jobserver and holdline together in one process.
holdline_suite(sockets_service LABEL integration
    SOURCES
        sockets/service/tst_accesstokens.cpp
        sockets/service/tst_callbackpaths.cpp
        sockets/service/tst_deadletterservice.cpp
        sockets/service/tst_failingupstream.cpp
        sockets/service/tst_httpsupstream.cpp
        sockets/service/tst_keepaliveservice.cpp
        sockets/service/tst_listenaddresses.cpp
        sockets/service/tst_monitorlink.cpp
        sockets/service/tst_monitorserver.cpp
        sockets/service/tst_monitorsocket.cpp
        sockets/service/tst_passedonfields.cpp
        sockets/service/tst_profileservice.cpp
        sockets/service/tst_publiclinks.cpp
        sockets/service/tst_publishedkeys.cpp
        sockets/service/tst_readiness.cpp
        sockets/service/tst_registeredcallbacks.cpp
        sockets/service/tst_rehearsal.cpp
        sockets/service/tst_restart.cpp
        sockets/service/tst_routelimitsservice.cpp
        sockets/service/tst_service.cpp
        sockets/service/tst_shards.cpp
        sockets/service/tst_upstreamcases.cpp
    LIBRARIES holdline_wholeservice holdline_monitorfeed holdline_fakes holdline_recordedapis ZLIB::ZLIB)
if(HOLDLINE_BUILD_MONITOR)
    # The monitor's client.
    holdline_suite(sockets_monitor LABEL integration
        SOURCES
            sockets/monitor/tst_monitorclient.cpp
            sockets/monitor/tst_monitorlive.cpp
            sockets/monitor/tst_recording.cpp
        LIBRARIES holdline_monitor_data holdline_wholeservice)
endif()

holdline_patience(600 tst_monitorserver tst_service tst_shards)
