//! Counters of what the API has done, and `GET /stats`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::state::Shared;

/// A number that only rises.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn increment(&self) {
        self.add(1);
    }

    pub(super) fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }
}

/// Declares each counter once, for the live [`Counters`] and for the [`Stats`] read from them.
macro_rules! counters {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// The live counters.
        #[derive(Debug, Default)]
        pub(super) struct Counters {
            $(pub(super) $name: Counter,)+
            requests_by_route: Mutex<BTreeMap<String, u64>>,
        }

        /// Counters of what a demo API has done since it started, as `GET /stats` shows them.
        ///
        /// A demo API may have other callers: a check reads the counters before and after, and looks at
        /// [`Stats::since`]. Reading them counts as a connection, never as a request.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        #[non_exhaustive]
        pub struct Stats {
            $($(#[$doc])+ pub $name: u64,)+
            /// The requests by method and route, such as `GET /messages/{id}`. Those that no route took are under `unmatched`.
            pub requests_by_route: BTreeMap<String, u64>,
        }

        impl Counters {
            fn read(&self) -> Stats {
                Stats {
                    $($name: self.$name.0.load(Ordering::Relaxed),)+
                    requests_by_route: self.requests_by_route.lock().unwrap_or_else(PoisonError::into_inner).clone(),
                }
            }
        }

        impl Stats {
            /// What was counted between `earlier` and these stats. Routes without a request in between are left out.
            #[must_use]
            pub fn since(&self, earlier: &Self) -> Self {
                Self {
                    $($name: self.$name.saturating_sub(earlier.$name),)+
                    requests_by_route: routes_since(&self.requests_by_route, &earlier.requests_by_route),
                }
            }
        }
    };
}

counters! {
    /// TCP connections accepted.
    connections,
    /// Requests that arrived, but for `/stats` and `/admin/…`.
    requests,
    /// Sessions opened by `POST /login`.
    logins,
    /// Logins refused for a wrong username or password, those on the pages of `/oauth/authorize` and `/device` among them.
    logins_rejected,
    /// Refreshes that rotated the refresh token.
    refreshes,
    /// Refreshes that came again within the leeway and got the same successor.
    refreshes_repeated,
    /// Refreshes refused with `invalid_grant`, those of `reuse_detected` among them.
    refreshes_rejected,
    /// Refresh tokens used again beyond the leeway, each of which revoked its session.
    reuse_detected,
    /// Sessions that were ended: by the reuse of a token or a code, by revocation, by `/admin/revoke`.
    sessions_ended,
    /// Device authorizations begun.
    device_authorizations,
    /// Polls of devices answered with `authorization_pending`.
    device_pending,
    /// Polls of devices that came too soon, and were answered with `slow_down`.
    device_slow_downs,
    /// Sessions opened by a device code.
    device_grants,
    /// Authorization codes that were issued.
    codes_issued,
    /// Sessions opened by an authorization code.
    code_grants,
    /// Authorization codes refused with `invalid_grant`, those of `code_reuse_detected` among them.
    codes_rejected,
    /// Authorization codes used again, each of which revoked what it had bought.
    code_reuse_detected,
    /// Access tokens given for client credentials.
    client_credentials_grants,
    /// Requests refused with `invalid_client`.
    clients_rejected,
    /// Tokens revoked by `POST /oauth/revoke`.
    revocations,
    /// Requests refused with 401 for their access token: none, unknown, revoked or expired.
    unauthorized,
    /// Messages written by `POST /messages`.
    messages_created,
    /// `POST /messages` whose idempotency key had been used for the same message before.
    messages_replayed,
    /// Conditional requests answered with 304.
    not_modified,
    /// 503 answers of `/flaky/{key}`.
    flaky_failures,
    /// Connections that `/drop/{key}` closed without an answer.
    drops,
    /// Calls of `/slow` that began to wait.
    slow_started,
    /// Calls of `/slow` that waited to the end.
    slow_finished,
    /// Calls of `/slow` whose client left while they waited.
    slow_abandoned,
    /// Uploads that arrived whole.
    uploads,
    /// Uploads whose client left before the end.
    uploads_abandoned,
    /// Body bytes of uploads, counted as they arrive.
    upload_bytes,
    /// Answers of `/blob` that carry bytes, whole or in part.
    blobs,
}

impl Counters {
    pub(super) fn count_request(&self, route: String) {
        self.requests.increment();
        let mut routes = self
            .requests_by_route
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *routes.entry(route).or_default() += 1;
    }
}

fn routes_since(
    now: &BTreeMap<String, u64>,
    earlier: &BTreeMap<String, u64>,
) -> BTreeMap<String, u64> {
    let before = |route| earlier.get(route).copied().unwrap_or_default();
    let difference = now
        .iter()
        .map(|(route, count)| (route.clone(), count.saturating_sub(before(route))));
    difference.filter(|(_, count)| *count > 0).collect()
}

/// `GET /stats`.
pub(super) async fn show(State(shared): State<Shared>) -> Json<Stats> {
    Json(shared.counters.read())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_holds_only_what_happened_in_between() {
        let counters = Counters::default();
        counters.logins.increment();
        counters.count_request("GET /me".into());
        let before = counters.read();

        counters.upload_bytes.add(7);
        counters.count_request("GET /slow".into());
        counters.count_request("GET /slow".into());

        let routes = BTreeMap::from([("GET /slow".to_owned(), 2)]);
        let expected = Stats {
            requests: 2,
            upload_bytes: 7,
            requests_by_route: routes,
            ..Stats::default()
        };
        assert_eq!(counters.read().since(&before), expected);
    }

    #[test]
    fn counters_that_a_server_does_not_know_are_zero() {
        let stats: Stats = serde_json::from_str(r#"{"logins":3,"of_tomorrow":1}"#).unwrap();
        assert_eq!(
            stats,
            Stats {
                logins: 3,
                ..Stats::default()
            }
        );
    }
}
