//! When a call left for the network, and what came of it.

use std::time::Duration;

use tokio::time::Instant;

use super::Call;

/// The times that a call has left for the network.
#[derive(Debug, Default)]
pub(super) struct Departures {
    count: u32,
    /// How many of them found no connection.
    stranded: u32,
    last: Option<Departure>,
}

/// A time that a call left for the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    at: Instant,
    limit: Option<Duration>,
}

impl Departure {
    /// When it was.
    pub fn at(&self) -> Instant {
        self.at
    }

    /// How long the attempt may take as a whole, by the timeout of its request.
    pub fn limit(&self) -> Option<Duration> {
        self.limit
    }
}

impl Call {
    /// Says that the innermost layer of this call tells of each departure, so that a call without one has sent nothing. For
    /// whoever puts the layers together.
    pub fn count_departures(&self) {
        self.lock().departures.get_or_insert_default();
    }

    /// Says that a request leaves for the network, with this timeout. For the innermost layer.
    pub fn depart(&self, limit: Option<Duration>) {
        let mut state = self.lock();
        let departures = state.departures.get_or_insert_default();
        departures.count = departures.count.saturating_add(1);
        let at = Instant::now();
        departures.last = Some(Departure { at, limit });
    }

    /// Says that the request that left last found no connection, so that nothing of it was sent.
    pub fn strand(&self) {
        let mut state = self.lock();
        let departures = state.departures.get_or_insert_default();
        departures.stranded = departures.stranded.saturating_add(1);
    }

    /// How often the call has left for the network; none if no layer of it tells.
    pub fn departures(&self) -> Option<u32> {
        self.lock().departures.as_ref().map(|all| all.count)
    }

    /// Whether a request of the call that left may have been sent: one that found a connection, or is looking for one. None if
    /// no layer of it tells.
    pub fn may_have_been_sent(&self) -> Option<bool> {
        let state = self.lock();
        state
            .departures
            .as_ref()
            .map(|all| all.count > all.stranded)
    }

    /// The last time that the call left for the network.
    pub fn last_departure(&self) -> Option<Departure> {
        self.lock().departures.as_ref()?.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_call_whose_departures_nobody_counts_nothing_is_known() {
        let call = Call::default();
        assert_eq!((call.departures(), call.may_have_been_sent()), (None, None));
        assert_eq!(call.last_departure(), None);
    }

    #[test]
    fn a_call_that_has_not_left_or_found_no_connection_was_not_sent() {
        let call = Call::default();
        call.count_departures();
        assert_eq!(
            (call.departures(), call.may_have_been_sent()),
            (Some(0), Some(false))
        );
        call.depart(None);
        assert_eq!(
            (call.departures(), call.may_have_been_sent()),
            (Some(1), Some(true))
        );
        call.strand();
        assert_eq!(call.may_have_been_sent(), Some(false));
        call.depart(None);
        call.count_departures();
        assert_eq!(
            (call.departures(), call.may_have_been_sent()),
            (Some(2), Some(true))
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_departure_tells_when_it_was_and_how_long_it_may_take() {
        let call = Call::default();
        let second = Duration::from_secs(1);
        call.depart(Some(second));
        tokio::time::advance(second).await;
        call.depart(None);
        let last = call.last_departure().unwrap();
        assert_eq!((last.at(), last.limit()), (Instant::now(), None));
    }
}
