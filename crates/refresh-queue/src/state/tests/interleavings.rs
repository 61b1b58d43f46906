//! Every order in which a few things can happen to a queue, none left out.

use std::collections::VecDeque;

use super::*;

/// What can happen.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// A caller wants a credential.
    Call,
    /// A server refuses the credential that was handed out last.
    Refuse,
    /// A server refuses the credential that was handed out first.
    RefuseLate,
    /// A waiter leaves.
    Leave,
    /// The oldest refresh that still runs ends, one way or the other. It may have been abandoned.
    Succeed,
    Fail,
    Reject,
    SignIn,
    SignOut,
    /// A minute passes: backoffs end, and credentials that live so long go stale.
    Wait,
}

const EVENTS: [Event; 10] = [
    Event::Call,
    Event::Refuse,
    Event::RefuseLate,
    Event::Leave,
    Event::Succeed,
    Event::Fail,
    Event::Reject,
    Event::SignIn,
    Event::SignOut,
    Event::Wait,
];

/// How many things happen.
const DEPTH: u32 = 6;

#[test]
fn in_every_order_of_events_the_promises_hold() {
    let orders = EVENTS.len().pow(DEPTH);
    let starts = [None, Some(token_until("first", 100))];
    for (order, first) in (0..orders).flat_map(|order| starts.map(|first| (order, first))) {
        let mut world = World::new(first);
        let mut rest = order;
        for _ in 0..DEPTH {
            world.happens(EVENTS[rest % EVENTS.len()]);
            rest /= EVENTS.len();
        }
    }
}

/// A queue, and what those around it know.
struct World {
    state: State<Token>,
    second: u64,
    events: Vec<Event>,
    /// Refreshes that run, oldest first. One that the session has moved on without still runs.
    running: VecDeque<FlightId>,
    /// The one that the queue waits for.
    current: Option<FlightId>,
    waiters: usize,
    handed_out: Vec<Versioned>,
    refused: Vec<Version>,
    signed_in: bool,
}

impl World {
    fn new(first: Option<Token>) -> Self {
        let mut state = State::new(Limits {
            waiters: 2,
            ..Limits::default()
        });
        if let Some(first) = first {
            state.set(first.into(), at(0).wall);
        }
        Self {
            state,
            second: 0,
            events: Vec::new(),
            running: VecDeque::new(),
            current: None,
            waiters: 0,
            handed_out: Vec::new(),
            refused: Vec::new(),
            signed_in: true,
        }
    }

    fn happens(&mut self, event: Event) {
        self.events.push(event);
        match event {
            Event::Call => self.ask(&Need::Usable),
            Event::Refuse => self.refuse(self.handed_out.last().cloned()),
            Event::RefuseLate => self.refuse(self.handed_out.first().cloned()),
            Event::Leave => self.leave(),
            Event::Succeed => self.land(|_| Ok(token_until("new", 10_000).into())),
            Event::Fail => self.land(|_| {
                let failure = RefreshFailure::failed("no route to host".into());
                Err(Mishap::Failed(failure))
            }),
            Event::Reject => {
                self.land(|_| Err(Mishap::Rejected(SessionEnded::rejected("invalid_grant"))));
            }
            Event::SignIn => self.sign_in(),
            Event::SignOut => self.sign_out(),
            Event::Wait => self.second += 60,
        }
        self.check();
    }

    fn ask(&mut self, need: &Need) {
        let decision = self.state.ask(need, at(self.second));
        assert!(
            self.signed_in || matches!(&decision, Decision::Refuse(error) if is_ended(error)),
            "nobody is signed in: {decision:?} after {:?}",
            self.events
        );
        match decision {
            Decision::Use(versioned) => self.hand_out(versioned, need),
            Decision::Start { flight, .. } => self.begin(flight, 1),
            Decision::StartAhead {
                flight, meanwhile, ..
            } => {
                self.begin(flight, 0);
                self.hand_out(meanwhile, need);
            }
            Decision::Join(flight) => {
                assert_eq!(Some(flight), self.current, "{:?}", self.events);
                self.waiters += 1;
            }
            Decision::Refuse(_) => {}
        }
    }

    fn begin(&mut self, flight: FlightId, waiters: usize) {
        assert_eq!(self.current, None, "two refreshes after {:?}", self.events);
        assert!(!self.running.contains(&flight));
        self.running.push_back(flight);
        self.current = Some(flight);
        self.waiters = waiters;
    }

    fn refuse(&mut self, credential: Option<Versioned>) {
        if let Some(refused) = credential {
            self.ask(&Need::NewerThan(refused.clone()));
            let stands = self.current.is_some()
                && self.handed_out.last().map(Versioned::version) == Some(refused.version());
            if stands {
                self.refused.push(refused.version());
            }
        }
    }

    fn leave(&mut self) {
        if let Some(flight) = self.current.filter(|_| self.waiters > 0) {
            self.state.leave(flight);
            self.waiters -= 1;
        }
    }

    fn land(&mut self, landing: impl FnOnce(FlightId) -> Result<Fresh<Token>, Mishap>) {
        let Some(flight) = self.running.pop_front() else {
            return;
        };
        let before = self.state.name();
        let landing = landing(flight);
        let is_rejected = matches!(landing, Err(Mishap::Rejected(_)));
        let outcome = self.state.land(flight, landing, at(self.second));
        let counts = self.current == Some(flight);
        assert_eq!(outcome.is_some(), counts, "after {:?}", self.events);
        if !counts {
            assert_eq!(
                self.state.name(),
                before,
                "it came too late: {:?}",
                self.events
            );
            return;
        }
        self.current = None;
        self.waiters = 0;
        self.signed_in = !is_rejected;
        if let Some(Ok(versioned)) = outcome {
            self.hand_out(versioned, &Need::Usable);
        }
    }

    fn sign_in(&mut self) {
        let outcome = self
            .state
            .set(token("signed in").into(), at(self.second).wall);
        assert_eq!(outcome.is_some(), self.current.is_some());
        self.current = None;
        self.waiters = 0;
        self.signed_in = true;
    }

    fn sign_out(&mut self) {
        let outcome = self.state.clear();
        assert_eq!(outcome.is_some(), self.current.is_some());
        self.current = None;
        self.waiters = 0;
        self.signed_in = false;
    }

    fn hand_out(&mut self, versioned: Versioned, need: &Need) {
        assert!(
            !self.refused.contains(&versioned.version()),
            "it was refused: {:?}",
            self.events
        );
        if let Need::NewerThan(refused) = need {
            assert!(versioned.version() > refused.version(), "{:?}", self.events);
        }
        let last = self.handed_out.last();
        assert!(last.is_none_or(|last| last.version() <= versioned.version()));
        self.handed_out.push(versioned);
    }

    fn check(&self) {
        assert_eq!(self.state.is_refreshing(), self.current.is_some());
        assert!(self.waiters <= 2, "{:?}", self.events);
        let is_signed_out = matches!(self.state.status(), SessionStatus::SignedOut(_));
        assert_eq!(is_signed_out, !self.signed_in, "{:?}", self.events);
        let at_hand = self.state.at_hand(at(self.second).wall);
        assert!(at_hand.is_none_or(|at_hand| !self.refused.contains(&at_hand.version())));
    }
}
