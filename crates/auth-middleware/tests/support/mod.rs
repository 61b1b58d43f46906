//! A client over a scripted transport, and what its layers have learnt.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use std::error::Error;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auth_middleware::{AuthMiddleware, Bearer};
use http::Extensions;
use request_context::{Call, Origin, OriginAllowList, Principal, Verdict, Versioned};
use reqwest::{Request, Response};
use reqwest_middleware::{ClientWithMiddleware, Middleware, Next, Result};
use testkit::ScriptedTransport;

pub const API: &str = "https://api.test/me";

pub fn origin() -> Origin {
    API.parse().unwrap()
}

pub fn fixed(origins: impl Into<OriginAllowList>) -> AuthMiddleware {
    AuthMiddleware::fixed(Bearer::new("hunter2").unwrap(), origins)
}

/// What a call's layers have learnt when it comes back up.
#[derive(Clone, Default)]
pub struct Witness {
    pub hands_down: Option<Versioned>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Clone, Default)]
struct Seen {
    verdict: Option<Verdict>,
    sent_principal: Option<Principal>,
}

impl Witness {
    pub fn handing_down(credential: Versioned) -> Self {
        Self {
            hands_down: Some(credential),
            ..Self::default()
        }
    }

    pub fn verdict(&self) -> Option<Verdict> {
        self.seen.lock().unwrap().verdict.clone()
    }

    pub fn sent_principal(&self) -> Option<Principal> {
        self.seen.lock().unwrap().sent_principal.clone()
    }
}

#[async_trait]
impl Middleware for Witness {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let call = Call::of(extensions);
        if let Some(credential) = &self.hands_down {
            call.hand_down(credential.clone());
        }
        let outcome = next.run(request, extensions).await;
        *self.seen.lock().unwrap() = Seen {
            verdict: call.verdict(),
            sent_principal: call.sent_principal(),
        };
        outcome
    }
}

pub fn client(
    transport: &ScriptedTransport,
    witness: &Witness,
    auth: AuthMiddleware,
) -> ClientWithMiddleware {
    transport.client_with(|chain| chain.with(witness.clone()).with(auth))
}

/// The `Authorization` header of the last request.
pub fn sent(transport: &ScriptedTransport) -> Option<String> {
    let last = transport.last().unwrap();
    last.header("authorization").map(str::to_owned)
}

/// All that an error can print, its sources included.
pub fn shown(error: &(dyn Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |error| (*error).source());
    let texts: Vec<_> = chain
        .map(|error| format!("{error} {error:#} {error:?} {error:#?}"))
        .collect();
    texts.join("\n")
}
