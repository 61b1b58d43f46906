//! The call: one caller's request with all its attempts, replays and hops.

mod begin_hop;
mod broken_answer;
mod departures;

pub use broken_answer::BrokenAnswer;
pub use departures::Departure;

use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{Extensions, HeaderName, HeaderValue};
use reqwest::Request;
use tokio::time::Instant;
use url::Url;

use crate::{DeadlineExceeded, Hops, Origin, Principal, Verdict, Versioned};

/// What the layers of one call share.
///
/// A call lives as an `Arc` in the request's [`Extensions`]. Whichever layer comes first makes it, with
/// [`Call::of`]. Callers never do: a cloned `RequestBuilder` shares its extensions, so a call made there would
/// be shared by two requests.
#[derive(Default)]
pub struct Call {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    deadline: Option<Instant>,
    deadline_header: Option<HeaderName>,
    attempts: u32,
    /// Whether a hop begins that nobody has counted yet.
    begins_hop: bool,
    departures: Option<departures::Departures>,
    hops: Hops,
    waited: Duration,
    idempotency_keys: Vec<(Origin, HeaderValue)>,
    principal: Option<Principal>,
    sent_credential: bool,
    sent_principal: Option<Principal>,
    credential: Option<Versioned>,
    verdict: Option<Verdict>,
    broken_answer: Option<Box<BrokenAnswer>>,
}

impl Call {
    /// Finds the call in these extensions, or starts it there.
    pub fn of(extensions: &mut Extensions) -> Arc<Self> {
        if let Some(call) = extensions.get::<Arc<Self>>() {
            return Arc::clone(call);
        }
        let call = Arc::new(Self::default());
        extensions.insert(Arc::clone(&call));
        call
    }

    /// Finds the call in these extensions without starting one.
    pub fn find(extensions: &Extensions) -> Option<&Arc<Self>> {
        extensions.get::<Arc<Self>>()
    }

    /// Says by when the whole call must have ended; of several deadlines the earliest counts.
    pub fn set_deadline(&self, at: Instant) {
        let mut state = self.lock();
        state.deadline = Some(state.deadline.map_or(at, |earlier| earlier.min(at)));
    }

    /// By when the whole call must have ended, if anyone said so.
    pub fn deadline(&self) -> Option<Instant> {
        self.lock().deadline
    }

    /// Whether there is a deadline and it has passed.
    pub fn is_overdue(&self) -> bool {
        self.deadline().is_some_and(|at| at <= Instant::now())
    }

    /// Names a header in which each request tells the server what is left until the deadline.
    pub fn set_deadline_header(&self, name: HeaderName) {
        self.lock().deadline_header = Some(name);
    }

    /// Limits the request's timeout to what is left until the deadline; its own timeout stays if it is shorter.
    /// Writes the same into the [deadline header](Self::set_deadline_header), in whole milliseconds.
    ///
    /// Each layer that may have waited calls this before it sends the request on. reqwest then covers the rest,
    /// the response body included, so that no second timer is needed. A timeout set on a request takes the place
    /// of the reqwest client's own total `timeout`.
    ///
    /// # Errors
    ///
    /// [`DeadlineExceeded`] when nothing is left: the request should not be sent.
    pub fn stamp(&self, request: &mut Request) -> Result<(), DeadlineExceeded> {
        let state = self.lock();
        let Some(deadline) = state.deadline else {
            return Ok(());
        };
        let remaining = deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            return Err(DeadlineExceeded::new());
        }
        let timeout = request.timeout_mut();
        *timeout = Some(timeout.map_or(remaining, |own| own.min(remaining)));
        if let Some(name) = &state.deadline_header {
            // Something is left, and 0 may be read as no limit.
            let milliseconds = remaining.as_millis().max(1);
            let milliseconds = u64::try_from(milliseconds).unwrap_or(u64::MAX);
            request.headers_mut().insert(name, milliseconds.into());
        }
        Ok(())
    }

    /// Starts a try, and forgets what the one before was told: its credential, its verdict and the principal it was sent for.
    ///
    /// A layer that tries several times calls this before each try, the first included.
    pub fn begin_attempt(&self) -> Attempt {
        let mut state = self.lock();
        let attempts = state.attempts;
        state.begin(attempts)
    }

    /// Starts sending once more what a layer above has counted already, or what nobody has counted.
    ///
    /// For a layer that usually sends once, such as the replay after a 401. It forgets the same as
    /// [`begin_attempt`](Self::begin_attempt).
    pub fn begin_replay(&self) -> Attempt {
        let mut state = self.lock();
        let sent = state.sent();
        state.begin(sent)
    }

    /// How often this call has been sent, replays and redirects included. It is 1 as long as no layer counts, so also for a
    /// call that never got as far as being sent.
    pub fn attempts(&self) -> u32 {
        self.lock().sent()
    }

    /// Notes that the call has waited this long, to be tried again or because its origin asked to be left alone.
    pub fn add_wait(&self, wait: Duration) {
        let mut state = self.lock();
        state.waited = state.waited.saturating_add(wait);
    }

    /// How long the call has waited between its attempts, and before the first where its origin asked for that.
    pub fn waited(&self) -> Duration {
        self.lock().waited
    }

    /// Keeps the key that makes this call safe to repeat, so that its attempts and its redirects within one origin
    /// send the same.
    pub fn set_idempotency_key(&self, origin: Origin, key: HeaderValue) {
        self.lock().idempotency_keys.push((origin, key));
    }

    /// The key that makes this call safe to repeat, if one was made for the origin of this URL.
    pub fn idempotency_key(&self, url: &Url) -> Option<HeaderValue> {
        let state = self.lock();
        let mut keys = state.idempotency_keys.iter();
        let (_, key) = keys.find(|(origin, _)| origin.matches(url))?;
        Some(key.clone())
    }

    /// Says on whose behalf the call is made.
    pub fn set_principal(&self, principal: Option<Principal>) {
        self.lock().principal = principal;
    }

    /// On whose behalf the call is made, as far as its outermost layers know.
    pub fn principal(&self) -> Option<Principal> {
        self.lock().principal.clone()
    }

    /// Says that a credential goes out with this attempt, and whose it is, if that is known. Whichever layer puts one on
    /// says so.
    pub fn set_sent_principal(&self, principal: Option<Principal>) {
        let mut state = self.lock();
        state.sent_credential = true;
        state.sent_principal = principal;
    }

    /// Whether a layer below has put a credential on this attempt, known whose or not.
    pub fn sent_credential(&self) -> bool {
        self.lock().sent_credential
    }

    /// Whose credential went out with this attempt. It differs from [`principal`](Self::principal) when someone
    /// signed in meanwhile.
    pub fn sent_principal(&self) -> Option<Principal> {
        self.lock().sent_principal.clone()
    }

    /// Hands a credential to the layer below that puts it on the request, or says that there is none for this attempt.
    pub fn hand_down(&self, credential: impl Into<Option<Versioned>>) {
        self.lock().credential = credential.into();
    }

    /// The credential that a layer above has handed down.
    pub fn credential(&self) -> Option<Versioned> {
        self.lock().credential.clone()
    }

    /// Leaves word of what the answer said about the credential.
    pub fn judge(&self, verdict: Verdict) {
        self.lock().verdict = Some(verdict);
    }

    /// What the answer to this attempt said about the credential.
    pub fn verdict(&self) -> Option<Verdict> {
        self.lock().verdict.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code of ours or of a caller panics while it holds this lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn begin(&mut self, sent: u32) -> Attempt {
        self.attempts = sent.saturating_add(1);
        self.begins_hop = false;
        self.forget();
        Attempt(NonZeroU32::MIN.saturating_add(sent))
    }

    fn sent(&self) -> u32 {
        let hop = u32::from(self.begins_hop);
        self.attempts.max(1).saturating_add(hop)
    }

    fn forget(&mut self) {
        self.verdict = None;
        self.sent_credential = false;
        self.broken_answer = None;
        self.sent_principal = None;
        self.credential = None;
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Call")
            .field("deadline", &state.deadline)
            .field("attempts", &state.sent())
            .field("departures", &state.departures)
            .field("hops", &state.hops)
            .field("waited", &state.waited)
            .field("principal", &state.principal)
            .field("sent_principal", &state.sent_principal)
            .field("credential", &state.credential)
            .field("verdict", &state.verdict)
            .finish()
    }
}

/// Which try of a call this is, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attempt(NonZeroU32);

impl Attempt {
    /// The number, 1 for the first.
    pub fn number(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Method;

    use super::*;

    fn request() -> Request {
        Request::new(Method::GET, "http://localhost/".parse().unwrap())
    }

    #[test]
    fn layers_that_share_extensions_share_the_call() {
        let mut extensions = Extensions::new();
        assert!(Call::find(&extensions).is_none());
        let first = Call::of(&mut extensions);
        assert!(Arc::ptr_eq(&first, &Call::of(&mut extensions)));
        assert!(Arc::ptr_eq(&first, Call::find(&extensions).unwrap()));
    }

    #[tokio::test(start_paused = true)]
    async fn the_earliest_deadline_counts() {
        let call = Call::default();
        let now = Instant::now();
        call.set_deadline(now + Duration::from_secs(5));
        call.set_deadline(now + Duration::from_secs(9));
        assert_eq!(call.deadline(), Some(now + Duration::from_secs(5)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stamp_leaves_no_more_than_the_deadline_does() {
        let call = Call::default();
        call.set_deadline(Instant::now() + Duration::from_secs(5));
        let mut fresh = request();
        call.stamp(&mut fresh).unwrap();
        assert_eq!(fresh.timeout(), Some(&Duration::from_secs(5)));

        tokio::time::advance(Duration::from_secs(2)).await;
        call.stamp(&mut fresh).unwrap();
        assert_eq!(fresh.timeout(), Some(&Duration::from_secs(3)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stamp_keeps_a_shorter_timeout() {
        let call = Call::default();
        call.set_deadline(Instant::now() + Duration::from_secs(5));
        let mut impatient = request();
        *impatient.timeout_mut() = Some(Duration::from_secs(1));
        call.stamp(&mut impatient).unwrap();
        assert_eq!(impatient.timeout(), Some(&Duration::from_secs(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_that_has_passed_refuses_the_stamp() {
        let call = Call::default();
        call.set_deadline(Instant::now());
        assert!(call.is_overdue());
        assert!(call.stamp(&mut request()).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_header_tells_what_is_left_each_time() {
        let call = Call::default();
        call.set_deadline(Instant::now() + Duration::from_secs(5));
        call.set_deadline_header(HeaderName::from_static("x-time-left"));
        let mut request = request();
        call.stamp(&mut request).unwrap();
        assert_eq!(request.headers()["x-time-left"], "5000");

        tokio::time::advance(Duration::from_millis(1500)).await;
        call.stamp(&mut request).unwrap();
        assert_eq!(request.headers()["x-time-left"], "3500");
    }

    #[test]
    fn an_idempotency_key_is_kept_for_its_origin_alone() {
        let call = Call::default();
        let url = |text: &str| text.parse::<Url>().unwrap();
        assert_eq!(call.idempotency_key(&url("http://a.test/1")), None);
        let key = HeaderValue::from_static("one");
        call.set_idempotency_key("http://a.test".parse().unwrap(), key.clone());
        assert_eq!(call.idempotency_key(&url("http://a.test/2")), Some(key));
        assert_eq!(call.idempotency_key(&url("http://b.test/1")), None);
    }

    #[test]
    fn waits_add_up() {
        let call = Call::default();
        assert_eq!(call.waited(), Duration::ZERO);
        call.add_wait(Duration::from_secs(1));
        call.add_wait(Duration::from_secs(2));
        assert_eq!(call.waited(), Duration::from_secs(3));
        call.add_wait(Duration::MAX);
        assert_eq!(call.waited(), Duration::MAX);
    }

    #[test]
    fn without_a_deadline_the_timeout_is_left_alone() {
        let mut request = request();
        Call::default().stamp(&mut request).unwrap();
        assert_eq!(request.timeout(), None);
    }

    #[test]
    fn a_replay_counts_the_send_that_nobody_counted() {
        let call = Call::default();
        assert_eq!(call.attempts(), 1);
        assert_eq!(call.begin_replay().number(), 2);
        assert_eq!(call.attempts(), 2);
    }

    #[test]
    fn tries_and_replays_are_counted_together() {
        let call = Call::default();
        assert_eq!(call.begin_attempt().number(), 1);
        assert_eq!(call.begin_replay().number(), 2);
        assert_eq!(call.begin_attempt().number(), 3);
        assert_eq!(call.attempts(), 3);
    }

    #[test]
    fn a_credential_was_sent_even_if_nobody_knows_whose() {
        let call = Call::default();
        assert!(!call.sent_credential());
        call.set_sent_principal(None);
        assert!(call.sent_credential());
        assert_eq!(call.sent_principal(), None);
    }

    #[test]
    fn a_new_attempt_forgets_the_verdict_on_the_one_before() {
        let call = Call::default();
        call.judge(Verdict::InvalidToken);
        call.set_sent_principal(Some(Principal::new("ada")));
        call.set_principal(Some(Principal::new("ada")));
        call.begin_attempt();
        assert_eq!(call.verdict(), None);
        assert!(!call.sent_credential());
        assert_eq!(call.sent_principal(), None);
        assert_eq!(call.principal(), Some(Principal::new("ada")));
    }
}
