// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/jobserver/apimessages.h"

#include <QByteArray>

#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>

namespace holdline {

/// Simulates the API that a profile describes: accepts start, status and cancel requests, publishes keys and
/// gives out access tokens. It derives all messages from the profile's locators, so it works with any
/// profile. It retains the start requests of the last jobs, up to kMostJobs jobs and kMostBytes. Thread: one.
class ProfileApi
{
public:
    static constexpr std::size_t kMostJobs = 100'000;
    static constexpr qsizetype kMostBytes = 256 * 1024 * 1024;

    /// `key` is a line of the secret's file. `registered` is the callback URL when the profile's callbacks go
    /// to a registered address.
    ProfileApi(std::shared_ptr<const profile::Profile> profile, const QByteArray &key,
               const QUrl &registered);

    /// A request to cancel a job: the id of the job to end, and the answer to the request.
    struct Cancel
    {
        QByteArray id;
        http::Response answer;
    };
    using Start = std::shared_ptr<const ApiStart>;
    /// Reads a request. Returns a start request, the answer to a request that needs nothing else, a request
    /// to cancel a job, or an error.
    std::variant<Start, http::Response, Cancel, RequestError> read(const http::Request &request) const;

    bool callsBack() const { return m_profile->callback.has_value(); }
    void started(const QByteArray &id, const Start &start);
    void ended(const QByteArray &id, bool hasFailed);

    http::Response startAnswer(const ApiStart &start, const QByteArray &id) const
    {
        return apiStartAnswer(*m_profile, start, id);
    }
    CallbackMessage callback(const ApiStart &start, const QByteArray &id, ApiState state,
                             int number = 0) const;

private:
    struct Job
    {
        Start start;
        ApiState state = ApiState::Running;
    };
    enum class Question : std::uint8_t { Status, Result, Cancel };

    std::optional<http::Response> publishedAnswer(const http::Request &request) const;
    const std::pair<const QByteArray, Job> *jobIn(const http::Request &request) const;
    std::optional<Question> questionIn(const http::Request &request, const QByteArray &id,
                                       const Job &job) const;
    bool isFor(const profile::RequestRule &rule, const http::Request &request, const QByteArray &id,
               const Job &job) const;

    const std::shared_ptr<const profile::Profile> m_profile;
    const QByteArray m_key;
    const QUrl m_registered;
    std::unordered_map<QByteArray, Job> m_jobs;
    std::deque<QByteArray> m_order;  ///< ids of the jobs, the oldest first
    qsizetype m_bytes = 0;           ///< bytes of the start requests in m_jobs
};

}  // namespace holdline
