//! In which call an error happened.

use http::Method;
use request_context::{Call, Hop};
use url::Url;

use crate::{ApiError, redact};

impl ApiError {
    /// Says in which call it happened, which began with this request: how often it was sent and how long it waited, the
    /// redirects that it followed, and the request that failed, where the error doesn't know it.
    #[must_use]
    pub fn in_call(mut self, call: &Call, method: &Method, url: &Url) -> Self {
        let hops = call.hops();
        let hop = hops.last();
        let inner = &mut *self.0;
        inner
            .method
            .get_or_insert_with(|| hop.map_or(method, Hop::next_method).clone());
        inner
            .url
            .get_or_insert_with(|| redact::url(hop.and_then(Hop::next_url).unwrap_or(url)));
        let (departures, begun) = (call.departures(), call.attempts());
        match departures {
            Some(1..) => {
                inner.attempts = departures.unwrap_or_default();
                inner.may_have_been_sent = call.may_have_been_sent().unwrap_or(true);
            }
            // It never left, unless a layer above the one that tells has answered in the network's place.
            Some(0) if begun <= 1 => inner.may_have_been_sent = inner.attempts > 0,
            _ => inner.attempts = begun,
        }
        self.after_hops(hops).after_waiting(call.waited())
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::ErrorKind;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    /// What an error of this kind tells of a call: attempts, and whether it may have been sent.
    fn sent(kind: ErrorKind, call: &Call) -> (u32, bool) {
        let error = ApiError::new(kind).in_call(call, &Method::GET, &url("http://api.test/"));
        (error.attempts(), error.may_have_been_sent())
    }

    #[test]
    fn a_call_whose_departures_nobody_counts_may_have_been_sent() {
        let call = Call::default();
        assert_eq!(sent(ErrorKind::Cancelled, &call), (1, true));
        call.begin_attempt();
        call.begin_attempt();
        assert_eq!(sent(ErrorKind::Reset, &call), (2, true));
    }

    #[test]
    fn a_call_that_never_left_was_not_sent_unless_something_came_of_it() {
        let call = Call::default();
        call.count_departures();
        call.begin_attempt();
        assert_eq!(sent(ErrorKind::Cancelled, &call), (0, false));
        assert_eq!(sent(ErrorKind::Builder, &call), (0, false));
        // A layer has answered in the network's place.
        assert_eq!(sent(ErrorKind::Reset, &call), (1, true));
        call.begin_attempt();
        assert_eq!(sent(ErrorKind::Cancelled, &call), (2, true));
    }

    #[test]
    fn a_call_was_not_sent_if_no_departure_found_a_connection() {
        let call = Call::default();
        for departures in 1..=2 {
            call.depart(None);
            call.strand();
            assert_eq!(sent(ErrorKind::Tls, &call), (departures, false));
        }
        call.depart(None);
        assert_eq!(sent(ErrorKind::Cancelled, &call), (3, true));
    }

    #[test]
    fn the_request_of_the_last_hop_is_the_one_that_failed_unless_the_error_knows() {
        let call = Call::default();
        let hop = Hop::new(
            StatusCode::SEE_OTHER,
            Method::POST,
            url("http://api.test/a"),
            Method::GET,
        );
        call.begin_hop(hop.leading_to(url("http://b.test/c?key=hunter2")));
        let first = url("http://api.test/a");
        let located = |error: ApiError| error.in_call(&call, &Method::POST, &first).to_string();
        let cancelled = ApiError::new(ErrorKind::Cancelled);
        assert_eq!(located(cancelled), "cancelled: GET http://b.test/c");
        let known = ApiError::new(ErrorKind::Reset).for_url(&url("http://b.test/d"));
        assert_eq!(located(known), "the connection broke: GET http://b.test/d");
    }
}
