//! What is remembered of each origin: its retry budget, and until when it asked to be left alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use request_context::{Instant, Origin};
use reqwest::Url;
use tower::retry::budget::{Budget as _, TpsBudget};

use crate::RetryBudget;

/// Memory is bounded: beyond so many origins, those that nobody uses are forgotten.
const ORIGINS: usize = 1024;

pub(crate) struct Upstreams {
    budget: Option<RetryBudget>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Most clients talk to one origin: finding it again costs no allocation.
    latest: Option<(Origin, Arc<Upstream>)>,
    all: HashMap<Origin, Arc<Upstream>>,
}

impl Upstreams {
    pub(crate) fn new(budget: Option<RetryBudget>) -> Self {
        Self {
            budget,
            known: Mutex::default(),
        }
    }

    /// What is remembered of the origin of this URL; none if the URL has no origin.
    pub(crate) fn of(&self, url: &Url) -> Option<Arc<Upstream>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((origin, upstream)) = &known.latest
            && origin.matches(url)
        {
            return Some(Arc::clone(upstream));
        }
        let origin = Origin::of(url)?;
        let upstream = known.find_or_add(&origin, self.budget);
        known.latest = Some((origin, Arc::clone(&upstream)));
        Some(upstream)
    }
}

impl Known {
    fn find_or_add(&mut self, origin: &Origin, budget: Option<RetryBudget>) -> Arc<Upstream> {
        if let Some(upstream) = self.all.get(origin) {
            return Arc::clone(upstream);
        }
        if self.all.len() >= ORIGINS {
            self.forget_unused();
        }
        let upstream = Arc::new(Upstream {
            budget: budget.map(RetryBudget::bucket),
            parked_until: Mutex::default(),
        });
        if self.all.len() < ORIGINS {
            self.all.insert(origin.clone(), Arc::clone(&upstream));
        }
        upstream
    }

    fn forget_unused(&mut self) {
        self.latest = None;
        let now = Instant::now();
        self.all
            .retain(|_, upstream| Arc::strong_count(upstream) > 1 || upstream.is_parked(now));
    }
}

pub(crate) struct Upstream {
    budget: Option<TpsBudget>,
    parked_until: Mutex<Option<Instant>>,
}

impl Upstream {
    /// Notes that a call was made: calls are what pays for retries.
    pub(crate) fn deposit(&self) {
        if let Some(budget) = &self.budget {
            budget.deposit();
        }
    }

    /// Takes what one retry costs, if it is there.
    pub(crate) fn withdraw(&self) -> bool {
        self.budget.as_ref().is_none_or(TpsBudget::withdraw)
    }

    /// Has further calls wait until then.
    pub(crate) fn park(&self, until: Instant) {
        let mut parked = self.lock();
        *parked = Some(parked.map_or(until, |earlier| earlier.max(until)));
    }

    /// Until when calls should wait, if that is still to come.
    pub(crate) fn parked_until(&self, now: Instant) -> Option<Instant> {
        let mut parked = self.lock();
        *parked = parked.filter(|until| *until > now);
        *parked
    }

    fn is_parked(&self, now: Instant) -> bool {
        self.parked_until(now).is_some()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.parked_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn upstream(upstreams: &Upstreams, n: usize) -> Arc<Upstream> {
        let url = format!("http://host-{n}.test/path").parse().unwrap();
        upstreams.of(&url).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn an_origin_is_remembered() {
        let upstreams = Upstreams::new(Some(RetryBudget::default()));
        assert!(Arc::ptr_eq(
            &upstream(&upstreams, 1),
            &upstream(&upstreams, 1)
        ));
        assert!(!Arc::ptr_eq(
            &upstream(&upstreams, 1),
            &upstream(&upstreams, 2)
        ));
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded_and_what_is_in_use_or_parked_stays() {
        let upstreams = Upstreams::new(None);
        let used = upstream(&upstreams, 0);
        let parked = Instant::now() + Duration::from_secs(60);
        upstream(&upstreams, 1).park(parked);
        for n in 2..5 * ORIGINS {
            upstream(&upstreams, n);
        }
        assert!(upstreams.known.lock().unwrap().all.len() <= ORIGINS);
        assert!(Arc::ptr_eq(&used, &upstream(&upstreams, 0)));
        let still = upstream(&upstreams, 1).parked_until(Instant::now());
        assert_eq!(still, Some(parked));
    }

    #[tokio::test(start_paused = true)]
    async fn the_later_of_two_wishes_counts_and_ends() {
        let upstream = upstream(&Upstreams::new(None), 1);
        let now = Instant::now();
        let later = now + Duration::from_secs(9);
        upstream.park(later);
        upstream.park(now + Duration::from_secs(5));
        assert_eq!(upstream.parked_until(now), Some(later));
        assert_eq!(upstream.parked_until(later), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_budget_empties_and_refills() {
        let budget = RetryBudget::default().min_per_second(0).ratio(0.5);
        let upstream = upstream(&Upstreams::new(Some(budget)), 1);
        assert!(!upstream.withdraw());
        for _ in 0..10 {
            upstream.deposit();
        }
        let paid = (0..10).filter(|_| upstream.withdraw()).count();
        assert_eq!(paid, 5);
        upstream.deposit();
        upstream.deposit();
        assert!(upstream.withdraw());
    }
}
