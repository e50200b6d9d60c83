// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QByteArray;
class QIODevice;
class QNetworkAccessManager;
class QNetworkReply;
class QNetworkRequest;

namespace holdline {

/// Sends a POST like QNetworkAccessManager::post(), but faster. post() connects four signals of each reply to
/// the manager by name, so that the manager can emit them itself. When nobody listens to the manager's
/// signals, these connections are useless. They cost more than all other work for a small request to a
/// PooledAccessManager.
///
/// The manager owns the reply, as with post(). The reply does not delete itself, not even with
/// QNetworkAccessManager::setAutoDeleteReplies().
QNetworkReply *openPost(QNetworkAccessManager &manager, const QNetworkRequest &request, QIODevice *body);
/// Sends a request with another method in the same way.
QNetworkReply *openRequest(QNetworkAccessManager &manager, const QByteArray &method, QNetworkRequest request,
                           QIODevice *body);

}  // namespace holdline
