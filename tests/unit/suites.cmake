# SPDX-License-Identifier: GPL-3.0-or-later
# These suites need nothing but their own process and files.
holdline_suite(unit_job LABEL unit
    SOURCES
        unit/job/jobobserver.cpp
        unit/job/jobobserver.h
        unit/job/tst_accountusage.cpp
        unit/job/tst_admission.cpp
        unit/job/tst_callbackledger.cpp
        unit/job/tst_circuitbreaker.cpp
        unit/job/tst_doubtpatience.cpp
        unit/job/tst_jobid.cpp
        unit/job/tst_jobjournal.cpp
        unit/job/tst_jobmachine.cpp
        unit/job/tst_jobmachinewalk.cpp
        unit/job/tst_jobs.cpp
        unit/job/tst_lanelimits.cpp
        unit/job/tst_lanepause.cpp
        unit/job/tst_lanes.cpp
        unit/job/tst_reason.cpp
        unit/job/tst_retrybudget.cpp
        unit/job/tst_retrypolicy.cpp
    LIBRARIES holdline_core)
holdline_suite(unit_formats LABEL unit
    SOURCES
        unit/formats/jsontexts.cpp
        unit/formats/jsontexts.h
        unit/formats/randomjson.h
        unit/formats/startbodies.h
        unit/formats/tst_decimal.cpp
        unit/formats/tst_fingerprint.cpp
        unit/formats/tst_freshness.cpp
        unit/formats/tst_idempotencykey.cpp
        unit/formats/tst_jsontext.cpp
        unit/formats/tst_monitorcodec.cpp
        unit/formats/tst_monitordefaults.cpp
        unit/formats/tst_monitorprotocol.cpp
        unit/formats/tst_prefer.cpp
        unit/formats/tst_problem.cpp
        unit/formats/tst_proofblock.cpp
        unit/formats/tst_startcodec.cpp
        unit/formats/tst_urlpath.cpp
        unit/formats/tst_values.cpp
    LIBRARIES holdline_core PkgConfig::SIMDJSON ZLIB::ZLIB)
holdline_suite(unit_profile LABEL unit
    SOURCES
        unit/profile/tst_jsonsplice.cpp
        unit/profile/tst_locator.cpp
        unit/profile/tst_profileexchanges.cpp
        unit/profile/tst_profilepage.cpp
        unit/profile/tst_profilereader.cpp
        unit/profile/tst_profilerequests.cpp
        unit/profile/tst_template.cpp
        unit/profile/tst_verification.cpp
    LIBRARIES holdline_core holdline_exchanges)
holdline_suite(unit_runtime LABEL unit
    SOURCES
        unit/runtime/configplace.h
        unit/runtime/fakelogsink.h
        unit/runtime/tst_accesslog.cpp
        unit/runtime/tst_callbackaddress.cpp
        unit/runtime/tst_config.cpp
        unit/runtime/tst_configsources.cpp
        unit/runtime/tst_deadlines.cpp
        unit/runtime/tst_histogram.cpp
        unit/runtime/tst_histogramslice.cpp
        unit/runtime/tst_layers.cpp
        unit/runtime/tst_loadroutes.cpp
        unit/runtime/tst_logging.cpp
        unit/runtime/tst_mailbox.cpp
        unit/runtime/tst_oauth2client.cpp
        unit/runtime/tst_prometheus.cpp
        unit/runtime/tst_readme.cpp
        unit/runtime/tst_routeauth.cpp
        unit/runtime/tst_unixsignals.cpp
    LIBRARIES holdline_core)
holdline_suite(unit_http LABEL unit
    SOURCES
        unit/http/parserfixture.h
        unit/http/responsetexts.h
        unit/http/tst_answerfields.cpp
        unit/http/tst_addresschoice.cpp
        unit/http/tst_churnwatch.cpp
        unit/http/tst_connectiondeadlines.cpp
        unit/http/tst_grammar.cpp
        unit/http/tst_requestframing.cpp
        unit/http/tst_requestparser.cpp
        unit/http/tst_requestrefusals.cpp
        unit/http/tst_responseparser.cpp
        unit/http/tst_responserefusals.cpp
        unit/http/tst_responsewriter.cpp
        unit/http/tst_startoutcome.cpp
    LIBRARIES holdline_http holdline_upstream)
holdline_suite(unit_store LABEL unit
    SOURCES
        unit/store/tst_knownkeys.cpp
        unit/store/backendworld.h
        unit/store/tst_storeages.cpp
        unit/store/tst_storebackend.cpp
        unit/store/tst_storeclock.cpp
        unit/store/tst_storeditems.cpp
        unit/store/tst_storefile.cpp
        unit/store/tst_storepath.cpp
        unit/store/tst_storerandom.cpp
        unit/store/tst_storeshares.cpp
        unit/store/tst_storethread.cpp
    LIBRARIES holdline_store Qt6::Sql)
# The coordinator, with fakes of its neighbours.
holdline_suite(unit_coordinator LABEL unit
    SOURCES
        unit/coordinator/keysteps.h
        unit/coordinator/keystory.h
        unit/coordinator/tst_authorisedstarter.cpp
        unit/coordinator/tst_circuit.cpp
        unit/coordinator/tst_coordinatorlimits.cpp
        unit/coordinator/tst_coordinatorwalk.cpp
        unit/coordinator/tst_credentialfetcher.cpp
        unit/coordinator/tst_deadletters.cpp
        unit/coordinator/tst_descriptorbudget.cpp
        unit/coordinator/tst_doubt.cpp
        unit/coordinator/tst_durablejobs.cpp
        unit/coordinator/tst_durablerefusals.cpp
        unit/coordinator/tst_jobcoordinator.cpp
        unit/coordinator/tst_jobjson.cpp
        unit/coordinator/tst_jobresponses.cpp
        unit/coordinator/tst_keyproperties.cpp
        unit/coordinator/tst_keepalives.cpp
        unit/coordinator/tst_linkbase.cpp
        unit/coordinator/tst_monitorfeed.cpp
        unit/coordinator/tst_monitormirror.cpp
        unit/coordinator/tst_profiledjobs.cpp
        unit/coordinator/tst_profiledkeys.cpp
        unit/coordinator/tst_progress.cpp
        unit/coordinator/tst_registeredjobs.cpp
        unit/coordinator/tst_registeredwaits.cpp
        unit/coordinator/tst_replays.cpp
        unit/coordinator/tst_retries.cpp
        unit/coordinator/tst_routelimits.cpp
        unit/coordinator/tst_shardplan.cpp
        unit/coordinator/tst_shardrouter.cpp
        unit/coordinator/tst_sharedlimits.cpp
        unit/coordinator/tst_startlog.cpp
        unit/coordinator/tst_toldaddress.cpp
        unit/coordinator/tst_upstreamguards.cpp
        unit/coordinator/tst_waiters.cpp
        unit/coordinator/tst_waitingcallbacks.cpp
    LIBRARIES holdline_service holdline_jobs holdline_jobsapi holdline_monitorfeed holdline_fakes)
# jobserver, jobclient and the tools of the tests themselves.
holdline_suite(unit_tools LABEL unit
    SOURCES
        unit/tools/tst_accountturns.cpp
        unit/tools/tst_apimessages.cpp
        unit/tools/tst_benchparts.cpp
        unit/tools/tst_crashparts.cpp
        unit/tools/tst_holdlinetools.cpp
        unit/tools/tst_jobclientparts.cpp
        unit/tools/tst_jobcommandlines.cpp
        unit/tools/tst_jobserverparts.cpp
        unit/tools/tst_soakparts.cpp
    LIBRARIES jobclient_lib jobserver_engine holdline_bench holdline_crash holdline_soak holdline_tools holdline_exchanges)
if(HOLDLINE_BUILD_MONITOR)
    # The monitor's data and computations, without its window.
    holdline_suite(unit_monitor LABEL unit NO_PCH
        SOURCES
            unit/monitor/tablefollower.h
            unit/monitor/tst_decimate.cpp
            unit/monitor/tst_filterquery.cpp
            unit/monitor/tst_livedata.cpp
            unit/monitor/tst_recordtable.cpp
        unit/monitor/tst_recordtablewalk.cpp
            unit/monitor/tst_rowexport.cpp
            unit/monitor/tst_scale.cpp
            unit/monitor/updatestream.h
        LIBRARIES holdline_monitor_data holdline_monitor_tables holdline_monitor_charts holdline_samplestream)
endif()

holdline_patience(600 tst_keyproperties)
