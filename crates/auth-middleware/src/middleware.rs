//! Middleware that puts a credential on requests to allowed origins, and judges a refusal.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use http::header::DATE;
use http::{Extensions, StatusCode};
use request_context::{
    Call, Credential, Origin, OriginAllowList, Principal, Verdict, Version, Versioned,
    WithCredential,
};
use reqwest::{Request, Response, Url};
use reqwest_middleware::{Middleware, Next, Result};
use token_store::TokenStore;

use crate::judgement::{Answer, judge};
use crate::put_on::{PutOn, conceal, let_it_put_itself_on};
use crate::source::Source;
use crate::untouched::Untouched;
use crate::{Challenges, clock_skew};

/// Middleware that puts a credential on requests to allowed origins, and judges a refusal.
///
/// Requests marked [`WithoutAuth`](request_context::WithoutAuth), requests with an `Authorization` header or the
/// credential's own header or parameter already set, and requests to other origins go through untouched. So does a
/// request when there is no credential. A request with a [`WithCredential`] carries that one.
///
/// # What it judges
///
/// It leaves in the [`Call`], for the layers above, what an answer says about the credential:
///
/// | answer | verdict |
/// |---|---|
/// | 401 or 403, `error="invalid_token"` | [`InvalidToken`](Verdict::InvalidToken) |
/// | 401 or 403, `error="insufficient_scope"` | [`InsufficientScope`](Verdict::InsufficientScope) |
/// | 401 with a code that a new token doesn't answer: `invalid_request` (RFC 6750 §3.1: the request is malformed, with the next token too), `use_dpop_nonce`, `invalid_dpop_proof` (RFC 9449), `insufficient_user_authentication` (RFC 9470) | [`NotOurs`](Verdict::NotOurs) |
/// | any other 401 | `InvalidToken` |
/// | any other 403 | none |
/// | 401 to a request that carried nothing of ours or a [`WithCredential`], or after a redirect that left the credential behind | `NotOurs` |
///
/// Codes count in the challenges of the scheme that was sent, or in all of them where none is of it. A 401 without such
/// a challenge counts too: by RFC 9110 §15.5.2 it refuses the credentials that were sent, and many servers name no
/// scheme or the wrong one. It costs one refresh at most where something else answered, such as a proxy with a password
/// of its own; [`require_challenge`](Self::require_challenge) is for those.
///
/// What would be `InvalidToken` is [`NotYetValid`](Verdict::NotYetValid) when the credential was obtained less than 5
/// seconds ago, and the answer's `Date` shows that the server's clock is behind that moment: a token issued by another
/// clock isn't valid there yet, and the next one wouldn't be either.
///
/// A refused request that got no credential, since its origin is not allowed, it would go over plain `http` to another machine,
/// or there was none, is told as a tracing event at level debug that says which.
#[derive(Clone)]
#[must_use]
pub struct AuthMiddleware {
    origins: OriginAllowList,
    source: Source,
    principal: Option<Principal>,
    require_challenge: bool,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl AuthMiddleware {
    /// Puts on the credential that a layer above hands down, such as `refresh-queue`.
    pub fn handed_down(origins: impl Into<OriginAllowList>) -> Self {
        Self::with(Source::HandedDown, origins)
    }

    /// Puts on a credential that never changes.
    pub fn fixed(
        credential: impl Credential + 'static,
        origins: impl Into<OriginAllowList>,
    ) -> Self {
        let fixed = Versioned::new(Version::default(), None, Arc::new(credential));
        Self::with(Source::Fixed(fixed), origins)
    }

    /// Puts on the access token that the store holds at the moment of each request, as a bearer token. One that can't go so, or
    /// is of another type, fails the request as
    /// [`CredentialUnavailable`](request_context::CredentialUnavailable), with an [`InvalidToken`](crate::InvalidToken).
    pub fn from_store(
        store: impl TokenStore + 'static,
        origins: impl Into<OriginAllowList>,
    ) -> Self {
        Self::with(Source::Store(Arc::new(store)), origins)
    }

    /// Says for whom the credential speaks, where nothing else does, so that a cache above knows whose the answers are: for
    /// [`fixed`](Self::fixed) ones. A [`WithCredential`] is nobody's.
    pub fn principal(mut self, principal: Principal) -> Self {
        self.principal = Some(principal);
        self
    }

    /// Whether a 401 says something about the credential only if its `WWW-Authenticate` asks for the scheme that was
    /// sent, or for any where none was, as with an API key. Default: no.
    pub fn require_challenge(mut self, required: bool) -> Self {
        self.require_challenge = required;
        self
    }

    /// The clock that a fresh credential's age is told by; it should be the one that says when it was obtained.
    /// Default: [`SystemTime::now`]. It is asked only when a credential was refused.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    fn with(source: Source, origins: impl Into<OriginAllowList>) -> Self {
        Self {
            origins: origins.into(),
            source,
            principal: None,
            require_challenge: false,
            clock: Arc::new(SystemTime::now),
        }
    }

    /// Puts the credential on the request, or says why the request goes on untouched.
    async fn send(
        &self,
        request: &mut Request,
        extensions: &mut Extensions,
    ) -> Result<std::result::Result<Sent, Untouched>> {
        if !self.origins.admits(request, extensions) {
            return Ok(Err(Untouched::NotAdmitted));
        }
        let call = Call::of(extensions);
        let own = extensions.get::<WithCredential>();
        let credential = match own {
            Some(own) => Some(own.credential().clone()),
            None => self.source.credential(&call).await?,
        };
        let Some(credential) = credential else {
            return Ok(Err(Untouched::NoCredential));
        };
        if credential.is_set_already(request) {
            return Ok(Err(Untouched::SetAlready));
        }
        let put_on = if credential.apply_header(request) {
            Some(PutOn::default())
        } else {
            // Boxed, like all that is rare: every request pays for the size of this future.
            Box::pin(let_it_put_itself_on(&credential, request)).await?
        };
        let Some(put_on) = put_on else {
            return Ok(Err(Untouched::SetAlready));
        };
        let usual = self.principal.as_ref().filter(|_| own.is_none());
        call.set_sent_principal(credential.principal().or(usual).cloned());
        Ok(Ok(Sent {
            credential,
            put_on,
            origin: Origin::of(request.url()),
            is_own: own.is_some(),
        }))
    }

    /// What a refusal says about the credential, if one was sent.
    fn judge(
        &self,
        refusal: &Response,
        sent: &std::result::Result<Sent, Untouched>,
    ) -> Option<Verdict> {
        let sent = match sent {
            Ok(sent) => sent,
            Err(untouched) => {
                untouched.trace(refusal, &self.origins);
                let refused = refusal.status() == StatusCode::UNAUTHORIZED;
                return refused.then_some(Verdict::NotOurs);
            }
        };
        let verdict = judge(&Answer {
            status: refusal.status(),
            challenges: &Challenges::of(refusal.headers()),
            scheme: sent.put_on.scheme(&sent.credential),
            carried: sent.was_carried_to(refusal.url()),
            require_challenge: self.require_challenge,
        })?;
        Some(match verdict {
            verdict if sent.is_own => of_its_own(verdict),
            Verdict::InvalidToken => self.of_its_age(refusal, &sent.credential),
            verdict => verdict,
        })
    }

    /// What the refusal of a token means, given when it was obtained.
    fn of_its_age(&self, refusal: &Response, credential: &Versioned) -> Verdict {
        let Some(obtained_at) = credential.obtained_at() else {
            return Verdict::InvalidToken;
        };
        let wait = clock_skew::wait(Some(obtained_at), (self.clock)(), date(refusal));
        wait.map_or(Verdict::InvalidToken, |retry_after| Verdict::NotYetValid {
            retry_after,
        })
    }
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Middleware for AuthMiddleware {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let sent = self.send(&mut request, extensions).await?;
        let outcome = next.run(request, extensions).await;
        if let Ok(response) = &outcome
            && is_refusal(response.status())
            && let Some(verdict) = self.judge(response, &sent)
        {
            Call::of(extensions).judge(verdict);
        }
        match sent.as_ref().ok().and_then(|sent| sent.put_on.query()) {
            None => outcome,
            Some(query) => conceal(query, outcome),
        }
    }
}

/// A credential that has been put on a request.
struct Sent {
    credential: Versioned,
    put_on: PutOn,
    /// Where the request goes.
    origin: Option<Origin>,
    /// Whether it is the request's own, and not the session's.
    is_own: bool,
}

impl Sent {
    /// Whether the request for this URL still had it: a redirect that reqwest followed may have left it behind.
    fn was_carried_to(&self, url: &Url) -> bool {
        let origin = self.origin.as_ref();
        let query = self.put_on.query();
        origin.is_some_and(|origin| origin.matches(url))
            && query.is_none_or(|query| query.is_in(url))
    }
}

impl fmt::Debug for AuthMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthMiddleware")
            .field("origins", &self.origins)
            .field("require_challenge", &self.require_challenge)
            .finish_non_exhaustive()
    }
}

fn is_refusal(status: StatusCode) -> bool {
    status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN
}

/// What a verdict about the request's own credential means: no refresh of the session's would heal it.
fn of_its_own(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::InsufficientScope { .. } => verdict,
        _ => Verdict::NotOurs,
    }
}

/// When the answer was made, by the server's clock (RFC 9110 §6.6.1).
fn date(response: &Response) -> Option<SystemTime> {
    let date = response.headers().get(DATE)?.to_str().ok()?;
    httpdate::parse_http_date(date).ok()
}
