//! What is said of a refusal, by its status, its challenges and its date.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use auth_middleware::{ApiKey, AuthMiddleware, Basic, Bearer, Custom};
use http::Extensions;
use request_context::{
    Credential, Principal, Verdict, Version, Versioned, WithCredential, WithoutAuth, with_url,
};
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, RequestBuilder, Result};
use support::{API, Witness, client, fixed, origin, sent};
use testkit::{Reply, ScriptedTransport};

/// What is said of this answer to a request with this credential.
async fn verdict_on(answer: Reply, auth: AuthMiddleware) -> Option<Verdict> {
    verdict_with(answer, auth, |request| request).await
}

async fn verdict_with(
    answer: Reply,
    auth: AuthMiddleware,
    change: impl FnOnce(RequestBuilder) -> RequestBuilder,
) -> Option<Verdict> {
    let transport = ScriptedTransport::new().reply(answer);
    let witness = Witness::default();
    let client = client(&transport, &witness, auth);
    change(client.get(API)).send().await.unwrap();
    transport.assert_count(1);
    witness.verdict()
}

fn refused(status: u16, challenge: &str) -> Reply {
    Reply::status(status).header("www-authenticate", challenge)
}

fn auth(credential: impl Credential + 'static) -> AuthMiddleware {
    AuthMiddleware::fixed(credential, origin())
}

#[tokio::test]
async fn a_scope_that_is_missing_is_told_and_is_no_invalid_token() {
    for status in [401, 403] {
        let answer = refused(
            status,
            r#"Bearer error="insufficient_scope", scope="admin write""#,
        );
        let scope = Some("admin write".into());
        let verdict = Some(Verdict::InsufficientScope { scope });
        assert_eq!(verdict_on(answer, fixed(origin())).await, verdict);
    }
}

#[tokio::test]
async fn a_malformed_request_is_not_the_tokens_fault() {
    let challenge = r#"Bearer error="invalid_request""#;
    for (status, verdict) in [(401, Some(Verdict::NotOurs)), (400, None)] {
        let answer = refused(status, challenge);
        assert_eq!(verdict_on(answer, fixed(origin())).await, verdict);
    }
}

#[tokio::test]
async fn challenges_are_read_on_401_and_403_alone() {
    for status in [200, 302, 400, 404, 407, 500] {
        let answer = refused(status, r#"Bearer error="invalid_token""#);
        assert_eq!(verdict_on(answer, fixed(origin())).await, None, "{status}");
    }
}

#[tokio::test]
async fn the_scheme_that_was_sent_decides_which_challenge_counts() {
    let challenge =
        r#"Bearer error="insufficient_scope", Basic realm="a", DPoP error="use_dpop_nonce""#;
    let dpop = Custom::new(|request| {
        let value = "DPoP hunter2".parse()?;
        request.headers_mut().insert("authorization", value);
        Ok(())
    });
    let short = Some(Verdict::InsufficientScope { scope: None });
    for (auth, verdict) in [
        (fixed(origin()), short.clone()),
        (
            auth(Basic::new("a", "b").unwrap()),
            Some(Verdict::InvalidToken),
        ),
        (auth(dpop), Some(Verdict::NotOurs)),
        // A key names no scheme: any challenge may be about it.
        (
            auth(ApiKey::header("x-api-key", "key").unwrap()),
            short.clone(),
        ),
        (auth(ApiKey::query("key", "key")), short),
    ] {
        let shown = format!("{auth:?}");
        assert_eq!(
            verdict_on(refused(401, challenge), auth).await,
            verdict,
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_401_that_asks_for_another_scheme_counts_unless_a_challenge_is_required() {
    let proxy = || refused(401, r#"Basic realm="staging""#);
    let strict = || fixed(origin()).require_challenge(true);
    assert_eq!(
        verdict_on(proxy(), fixed(origin())).await,
        Some(Verdict::InvalidToken)
    );
    assert_eq!(verdict_on(proxy(), strict()).await, Some(Verdict::NotOurs));
    assert_eq!(
        verdict_on(Reply::status(401), strict()).await,
        Some(Verdict::NotOurs)
    );
    let asked = refused(401, r#"Basic realm="staging", bearer realm="api""#);
    assert_eq!(
        verdict_on(asked, strict()).await,
        Some(Verdict::InvalidToken)
    );
}

#[tokio::test]
async fn a_request_that_carries_nothing_of_ours_is_not_judged_by_its_challenge() {
    for (status, verdict) in [(401, Some(Verdict::NotOurs)), (403, None)] {
        for challenge in [
            r#"Bearer error="invalid_token""#,
            r#"Bearer error="insufficient_scope""#,
        ] {
            let own = |request: RequestBuilder| request.header("authorization", "Bearer own");
            let without = |request: RequestBuilder| request.with_extension(WithoutAuth);
            let answer = || refused(status, challenge);
            assert_eq!(verdict_with(answer(), fixed(origin()), own).await, verdict);
            assert_eq!(
                verdict_with(answer(), fixed(origin()), without).await,
                verdict
            );
        }
    }
}

/// Middleware in the place of a redirect that reqwest has followed: the answer comes from this URL.
struct Redirected(&'static str);

#[async_trait]
impl Middleware for Redirected {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let response = next.run(request, extensions).await?;
        Ok(with_url(response, self.0.parse().unwrap()))
    }
}

async fn verdict_after_redirect(
    to: &'static str,
    status: u16,
    credential: impl Credential + 'static,
) -> Option<Verdict> {
    let challenge = r#"Bearer error="invalid_token""#;
    let transport = ScriptedTransport::new().reply(refused(status, challenge));
    let witness = Witness::default();
    let client = transport.client_with(|chain| {
        chain
            .with(witness.clone())
            .with(auth(credential))
            .with(Redirected(to))
    });
    client.get(API).send().await.unwrap();
    witness.verdict()
}

#[tokio::test]
async fn a_redirect_that_left_the_credential_behind_says_nothing_of_it() {
    let bearer = || Bearer::new("hunter2").unwrap();
    let elsewhere = "https://login.test/";
    let verdict = verdict_after_redirect(elsewhere, 401, bearer()).await;
    assert_eq!(verdict, Some(Verdict::NotOurs));
    assert_eq!(verdict_after_redirect(elsewhere, 403, bearer()).await, None);

    // Within the origin a header stays, and a query doesn't unless the server repeats it.
    let invalid = Some(Verdict::InvalidToken);
    let within = "https://api.test/me/";
    assert_eq!(verdict_after_redirect(within, 401, bearer()).await, invalid);
    let key = || ApiKey::query("key", "hunter2");
    let verdict = verdict_after_redirect(within, 401, key()).await;
    assert_eq!(verdict, Some(Verdict::NotOurs));
    let repeated = "https://api.test/me/?key=hunter2";
    assert_eq!(verdict_after_redirect(repeated, 401, key()).await, invalid);
}

#[tokio::test]
async fn another_credential_for_one_request_is_sent_and_costs_the_session_no_refresh() {
    let transport =
        ScriptedTransport::new().otherwise(refused(401, r#"Bearer error="invalid_token""#));
    let session = Bearer::new("session").unwrap();
    let versioned = Versioned::new(
        Version::default(),
        Some(Principal::new("ada")),
        Arc::new(session),
    );
    let witness = Witness::handing_down(versioned);
    let client = client(&transport, &witness, AuthMiddleware::handed_down(origin()));

    let other = WithCredential::new(Basic::new("admin", "hunter2").unwrap());
    client.get(API).with_extension(other).send().await.unwrap();
    assert_eq!(
        sent(&transport).as_deref(),
        Some("Basic YWRtaW46aHVudGVyMg==")
    );
    assert_eq!(witness.verdict(), Some(Verdict::NotOurs));
    assert_eq!(witness.sent_principal(), None, "it isn't the session's");

    client.get(API).send().await.unwrap();
    assert_eq!(sent(&transport).as_deref(), Some("Bearer session"));
    assert_eq!(witness.verdict(), Some(Verdict::InvalidToken));
}

#[tokio::test]
async fn another_credential_needs_no_session_and_tells_the_scope_it_lacks() {
    let transport =
        ScriptedTransport::new().otherwise(refused(403, r#"Bearer error="insufficient_scope""#));
    let witness = Witness::default();
    let client = client(&transport, &witness, AuthMiddleware::handed_down(origin()));
    let other = WithCredential::new(Bearer::new("other").unwrap());
    client.get(API).with_extension(other).send().await.unwrap();
    assert_eq!(sent(&transport).as_deref(), Some("Bearer other"));
    let short = Verdict::InsufficientScope { scope: None };
    assert_eq!(witness.verdict(), Some(short));
}

#[tokio::test]
async fn another_credential_goes_to_no_other_origin_and_over_no_header_of_the_callers_own() {
    let transport = ScriptedTransport::new().otherwise(Reply::status(200));
    let client = client(&transport, &Witness::default(), fixed(origin()));
    let other = WithCredential::new(Bearer::new("other").unwrap());
    let elsewhere = client
        .get("https://evil.test/")
        .with_extension(other.clone());
    elsewhere.send().await.unwrap();
    assert_eq!(sent(&transport), None);

    let own = client.get(API).header("authorization", "Basic YTpi");
    own.with_extension(other.clone()).send().await.unwrap();
    assert_eq!(sent(&transport).as_deref(), Some("Basic YTpi"));

    let neither = client
        .get(API)
        .with_extension(other)
        .with_extension(WithoutAuth);
    neither.send().await.unwrap();
    assert_eq!(sent(&transport), None);
}

/// Seconds after an arbitrary moment, as `Date` writes them.
fn date(seconds: u64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(1_767_225_600 + seconds))
}

/// What is said when a credential obtained at 100 s is refused at 101 s by a server with this clock.
async fn verdict_by_clock(answer: Reply) -> Option<Verdict> {
    let moment = |seconds: u64| UNIX_EPOCH + Duration::from_secs(1_767_225_600 + seconds);
    let transport = ScriptedTransport::new().reply(answer);
    let bearer = Arc::new(Bearer::new("new").unwrap());
    let fresh = Versioned::new(Version::default(), None, bearer).obtained(moment(100));
    let witness = Witness::handing_down(fresh);
    let auth = AuthMiddleware::handed_down(origin()).clock(move || moment(101));
    let client = client(&transport, &witness, auth);
    client.get(API).send().await.unwrap();
    witness.verdict()
}

#[tokio::test]
async fn a_fresh_token_refused_by_a_clock_that_is_behind_is_not_yet_valid() {
    for (seconds, wait) in [(99, 1), (97, 3), (95, 5), (10, 5)] {
        let answer = refused(401, r#"Bearer error="invalid_token""#).header("date", date(seconds));
        let retry_after = Duration::from_secs(wait);
        let verdict = Some(Verdict::NotYetValid { retry_after });
        assert_eq!(verdict_by_clock(answer).await, verdict, "{seconds}");
    }
}

#[tokio::test]
async fn a_fresh_token_refused_by_a_clock_that_is_right_or_unknown_is_invalid() {
    for answer in [
        Reply::status(401),
        Reply::status(401).header("date", date(100)),
        Reply::status(401).header("date", date(101)),
        Reply::status(401).header("date", date(900)),
        Reply::status(401).header("date", "yesterday"),
    ] {
        let shown = format!("{answer:?}");
        assert_eq!(
            verdict_by_clock(answer).await,
            Some(Verdict::InvalidToken),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_clock_that_is_behind_changes_no_other_verdict() {
    let short = refused(403, r#"Bearer error="insufficient_scope""#).header("date", date(97));
    let verdict = Some(Verdict::InsufficientScope { scope: None });
    assert_eq!(verdict_by_clock(short).await, verdict);
    let malformed = refused(401, r#"Bearer error="invalid_request""#).header("date", date(97));
    assert_eq!(verdict_by_clock(malformed).await, Some(Verdict::NotOurs));
    let good = Reply::status(200).header("date", date(97));
    assert_eq!(verdict_by_clock(good).await, None);
}
