//! What a redirect changes about a call.

use super::Call;
use crate::{Hop, Hops};

impl Call {
    /// Starts a redirect's next request, and forgets the same as [`begin_attempt`](Self::begin_attempt). It is a sending
    /// more, whether or not a layer below counts it.
    pub fn begin_hop(&self, hop: Hop) {
        let mut state = self.lock();
        state.attempts = state.sent();
        state.begins_hop = true;
        state.hops.push(hop);
        state.forget();
    }

    /// The redirects that the call has followed.
    pub fn hops(&self) -> Hops {
        self.lock().hops.clone()
    }
}

#[cfg(test)]
mod tests {
    use http::{Method, StatusCode};

    use super::*;
    use crate::{Principal, Verdict};

    fn hop() -> Hop {
        let url = "http://localhost/".parse().unwrap();
        Hop::new(StatusCode::FOUND, Method::GET, url, Method::GET)
    }

    #[test]
    fn a_hop_is_counted_once_whether_or_not_a_layer_below_counts() {
        let call = Call::default();
        call.begin_hop(hop());
        assert_eq!(call.attempts(), 2);
        call.begin_hop(hop());
        assert_eq!(call.begin_replay().number(), 4);

        let counted = Call::default();
        counted.begin_attempt();
        counted.begin_hop(hop());
        assert_eq!(counted.attempts(), 2);
        assert_eq!(counted.begin_attempt().number(), 2);
        assert_eq!(counted.begin_attempt().number(), 3);
        assert_eq!((counted.attempts(), counted.hops().len()), (3, 1));
    }

    #[test]
    fn a_hop_forgets_what_the_request_before_was_told() {
        let call = Call::default();
        call.judge(Verdict::InvalidToken);
        call.set_sent_principal(Some(Principal::new("ada")));
        call.begin_hop(hop());
        assert_eq!((call.verdict(), call.sent_principal()), (None, None));
    }
}
