// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QIODevice;
class QNetworkAccessManager;
class QNetworkReply;
class QNetworkRequest;

namespace holdline {

/// What QNetworkAccessManager::post() does, without what it adds: it connects four signals of each reply, by
/// their names, to the manager, so that the manager can repeat them as its own. Where nobody listens to the
/// manager's signals that costs more than all the rest of a small request to a PooledAccessManager.
///
/// The reply belongs to the manager, as with post(); it does not delete itself, whatever
/// QNetworkAccessManager::setAutoDeleteReplies() says.
QNetworkReply *openPost(QNetworkAccessManager &manager, const QNetworkRequest &request, QIODevice *body);

}  // namespace holdline
