//! A thousand tenants over one client, one of whom has a token endpoint that hangs.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use refresh_queue::{
    Refresh, RefreshError, RefreshFailure, RefreshMiddleware, RefreshQueue, SessionMap,
};
use reqwest::Response;
use reqwest_middleware::ClientWithMiddleware;
use support::Token;
use support::scripted::{URL, origin, typed};
use testkit::{Gate, Reply, ScriptedTransport};
use tokio::task::JoinHandle;
use tokio::time::Instant;

const TENANTS: usize = 1_000;
const HANGING: usize = 13;

/// On whose behalf a request is made.
#[derive(Clone, Copy)]
struct Tenant(usize);

/// Asks the token endpoint of its tenant.
struct TokenEndpoint {
    tenant: usize,
    runs: Arc<Mutex<Vec<usize>>>,
    gate: Gate,
}

#[async_trait]
impl Refresh<Token> for TokenEndpoint {
    async fn refresh(&self, _stale: Option<&Token>) -> Result<Token, RefreshError> {
        self.runs.lock().unwrap()[self.tenant] += 1;
        if self.tenant == HANGING {
            self.gate.pass().await;
        }
        Ok(Token::named(&format!("fresh-{}", self.tenant)))
    }
}

struct World {
    sessions: SessionMap<usize, Token>,
    client: ClientWithMiddleware,
    transport: ScriptedTransport,
    /// How often each tenant's token endpoint was asked. Each refresher that lives holds a handle on it.
    runs: Arc<Mutex<Vec<usize>>>,
    /// Where refusals stand.
    refusals: Gate,
    /// Where the one tenant's token endpoint hangs.
    hanging: Gate,
}

impl World {
    fn new(capacity: usize) -> Self {
        let runs = Arc::new(Mutex::new(vec![0; TENANTS]));
        let (refusals, hanging) = (Gate::new(), Gate::new());
        let endpoint = {
            let (runs, gate) = (Arc::downgrade(&runs), hanging.clone());
            move |tenant| TokenEndpoint {
                tenant,
                runs: runs.upgrade().unwrap(),
                gate: gate.clone(),
            }
        };
        let sessions = SessionMap::new(capacity, move |tenant: &usize| {
            RefreshQueue::builder(endpoint(*tenant))
                .credential(Token::named("stale"))
                .build()
        });
        let refused_at = refusals.clone();
        let transport = ScriptedTransport::new().respond_with(move |request| {
            let tenant = request.path().trim_start_matches("/me/");
            match request.header("authorization").unwrap() {
                "Bearer stale" => Reply::status(401).after_gate(&refused_at),
                own if own == format!("Bearer fresh-{tenant}") => Reply::status(200),
                another => panic!("tenant {tenant} was sent {another}"),
            }
        });
        let chosen = sessions.clone();
        let layer = RefreshMiddleware::choosing(origin(), move |_request, extensions| {
            let Tenant(tenant) = extensions.get()?;
            Some(chosen.session(tenant))
        });
        Self {
            client: transport.client_with(|chain| chain.with(layer.apply_credential(true))),
            sessions,
            transport,
            runs,
            refusals,
            hanging,
        }
    }

    fn call(&self, tenant: usize) -> JoinHandle<reqwest_middleware::Result<Response>> {
        let request = self.client.get(format!("{URL}/{tenant}"));
        tokio::spawn(request.with_extension(Tenant(tenant)).send())
    }

    fn runs(&self) -> Vec<usize> {
        self.runs.lock().unwrap().clone()
    }

    /// How many refreshers live, and queues with them.
    fn refreshers(&self) -> usize {
        Arc::strong_count(&self.runs) - 1
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_tenants_make_one_refresh_each_and_one_that_hangs_delays_nobody() {
    let world = World::new(TENANTS);
    let begun = Instant::now();
    let (mut healthy, mut hanging) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        for tenant in 0..TENANTS {
            let call = world.call(tenant);
            let calls = if tenant == HANGING {
                &mut hanging
            } else {
                &mut healthy
            };
            calls.push(call);
        }
    }
    world.refusals.wait_for(5 * TENANTS).await;
    world.refusals.open();
    for call in healthy {
        assert_eq!(call.await.unwrap().unwrap().status(), 200);
    }
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(world.runs(), [1; TENANTS]);
    world
        .transport
        .assert_count(5 * TENANTS + 5 * (TENANTS - 1));

    for call in hanging {
        let error = call.await.unwrap().unwrap_err();
        let unavailable = typed::<request_context::CredentialUnavailable>(&error);
        let failure = std::error::Error::source(unavailable).unwrap();
        assert!(matches!(
            failure.downcast_ref(),
            Some(RefreshFailure::TimedOut)
        ));
    }
    assert_eq!(begun.elapsed(), Duration::from_secs(30));
    assert_eq!(world.runs(), [1; TENANTS]);
    assert_eq!(
        (world.sessions.len(), world.refreshers()),
        (TENANTS, TENANTS)
    );
}

#[tokio::test(start_paused = true)]
async fn a_map_for_a_hundred_tenants_holds_no_more_than_those_and_the_one_that_hangs() {
    let world = World::new(100);
    world.refusals.open();
    let hanging = world.call(HANGING);
    world.hanging.wait_for(1).await;
    for round in 1..=3 {
        for tenant in (0..TENANTS).filter(|tenant| *tenant != HANGING) {
            assert_eq!(world.call(tenant).await.unwrap().unwrap().status(), 200);
            assert!(world.sessions.len() <= 101);
            assert!(world.refreshers() <= 101);
        }
        let mut expected = vec![round; TENANTS];
        expected[HANGING] = 1;
        assert_eq!(world.runs(), expected);
    }
    world.hanging.open();
    assert_eq!(hanging.await.unwrap().unwrap().status(), 200);
    assert_eq!(world.call(0).await.unwrap().unwrap().status(), 200);
    assert_eq!((world.sessions.len(), world.refreshers()), (100, 100));
}

#[tokio::test(start_paused = true)]
async fn a_request_of_no_tenant_passes_untouched() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(401));
    let layer = RefreshMiddleware::choosing(origin(), |_, extensions| {
        extensions.get::<RefreshQueue<Token>>().cloned()
    });
    let client = transport.client_with(|chain| chain.with(layer.apply_credential(true)));
    assert_eq!(client.get(URL).send().await.unwrap().status(), 401);
    assert_eq!(transport.count(), 1);
    assert_eq!(transport.last().unwrap().header("authorization"), None);
}

/// The end of one tenant's session is nothing to the others.
#[tokio::test(start_paused = true)]
async fn one_tenant_that_signs_out_signs_out_nobody_else() {
    let world = World::new(TENANTS);
    world.refusals.open();
    world.sessions.session(&1).clear();
    let error = world.call(1).await.unwrap().unwrap_err();
    assert!(typed::<request_context::SessionEnded>(&error).is_signed_out());
    assert_eq!(world.call(2).await.unwrap().unwrap().status(), 200);
    assert_eq!((world.runs()[1], world.runs()[2]), (0, 1));
}
