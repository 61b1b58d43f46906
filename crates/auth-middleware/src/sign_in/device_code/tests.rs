//! Polls by paused time, against a script.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::Mutex;

use http::StatusCode;
use testkit::{FaultServer, Reply};
use token_store::ExposeSecret;
use tokio::time::{advance, timeout};

use super::*;

type Answered = Result<TokenSet, TokenEndpointError>;

/// What the server answers, one after the other, and when it was asked.
struct Script {
    answers: Mutex<VecDeque<Answered>>,
    asked: Mutex<Vec<u64>>,
    begun: Instant,
}

impl Script {
    fn new(answers: impl IntoIterator<Item = Answered>) -> Self {
        Self {
            answers: Mutex::new(answers.into_iter().collect()),
            asked: Mutex::default(),
            begun: Instant::now(),
        }
    }

    fn ask(&self) -> impl Future<Output = Answered> {
        let seconds = self.begun.elapsed().as_secs();
        self.asked.lock().unwrap().push(seconds);
        let answer = self.answers.lock().unwrap().pop_front();
        async move {
            match answer {
                Some(answer) => answer,
                None => pending().await,
            }
        }
    }

    /// Waits on a code that lives for ten minutes.
    async fn wait(&self, pace: &mut Pace) -> Result<TokenSet, SignInError> {
        poll(pace, self.begun, || self.ask()).await
    }

    /// The seconds at which it was asked.
    fn asked(&self) -> Vec<u64> {
        self.asked.lock().unwrap().clone()
    }
}

fn pace() -> Pace {
    Pace::new(Duration::from_secs(600), None)
}

fn refused(code: &str) -> Answered {
    let error = TokenEndpointError::new(Kind::Refused).with_status(StatusCode::BAD_REQUEST);
    Err(error.with_code(Some(code)))
}

fn failed(kind: Kind) -> Answered {
    Err(TokenEndpointError::new(kind))
}

fn tokens() -> TokenSet {
    TokenSet::new("access-1")
}

#[tokio::test(start_paused = true)]
async fn it_asks_every_five_seconds_until_the_user_has_approved() {
    let pending = || refused("authorization_pending");
    let script = Script::new([pending(), pending(), Ok(tokens())]);
    let tokens = script.wait(&mut pace()).await.unwrap();
    assert_eq!(tokens.access().expose_secret(), "access-1");
    assert_eq!(script.asked(), [5, 10, 15]);
}

#[tokio::test(start_paused = true)]
async fn each_slow_down_makes_all_further_pauses_five_seconds_longer() {
    let busy = TokenEndpointError::new(Kind::RateLimited).with_code(Some("slow_down"));
    let script = Script::new([
        refused("slow_down"),
        refused("authorization_pending"),
        Err(busy),
        Ok(tokens()),
    ]);
    assert!(script.wait(&mut pace()).await.is_ok());
    assert_eq!(script.asked(), [5, 15, 25, 40]);
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_waited_out_ever_more_patiently() {
    let script = Script::new([
        failed(Kind::Unreachable),
        failed(Kind::TimedOut),
        failed(Kind::Interrupted),
        refused("authorization_pending"),
        Err(TokenEndpointError::new(Kind::Unavailable)
            .with_retry_after(Some(Duration::from_secs(90)))),
        failed(Kind::RateLimited),
        Ok(tokens()),
    ]);
    assert!(script.wait(&mut pace()).await.is_ok());
    assert_eq!(script.asked(), [5, 15, 35, 75, 80, 170, 190]);
}

#[tokio::test(start_paused = true)]
async fn it_stops_where_no_further_question_would_come_before_the_expiry() {
    let script = Script::new((0..1000).map(|_| refused("authorization_pending")));
    let mut pace = Pace::new(Duration::from_secs(20), None);
    let outcome = script.wait(&mut pace).await;
    assert!(matches!(outcome, Err(SignInError::Expired)), "{outcome:?}");
    assert_eq!(script.asked(), [5, 10, 15]);
    assert_eq!(script.begun.elapsed(), Duration::from_secs(15));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_gives_no_chance_to_ask_again_is_the_reason_and_not_the_user() {
    let busy = |seconds| {
        let error = TokenEndpointError::new(Kind::RateLimited);
        Err(error.with_retry_after(Some(Duration::from_secs(seconds))))
    };
    let script = Script::new([refused("authorization_pending"), busy(600), Ok(tokens())]);
    let mut pace = pace();
    let SignInError::Endpoint(error) = script.wait(&mut pace).await.unwrap_err() else {
        panic!("it was the server");
    };
    assert_eq!(error.kind(), Kind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(600)));
    // Whoever has heard that and waits all the same asks again.
    assert!(script.wait(&mut pace).await.is_ok());
    assert_eq!(script.asked(), [5, 10, 15]);
}

#[tokio::test(start_paused = true)]
async fn so_is_one_that_is_not_reached_until_the_code_expires() {
    let script = Script::new((0..1000).map(|_| failed(Kind::Unreachable)));
    let outcome = script.wait(&mut pace()).await.unwrap_err();
    assert!(matches!(outcome, SignInError::Endpoint(_)), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_decision_ends_it_at_once() {
    for (code, expected) in [("access_denied", "Denied"), ("expired_token", "Expired")] {
        let script = Script::new([refused(code), Ok(tokens())]);
        let outcome = script.wait(&mut pace()).await.unwrap_err();
        assert_eq!(format!("{outcome:?}"), expected);
        assert_eq!(script.asked(), [5]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_waiting_will_not_change_ends_it_at_once() {
    for answered in [
        refused("invalid_grant"),
        refused("invalid_client"),
        refused("of_tomorrow"),
        failed(Kind::Refused),
        failed(Kind::Redirected),
        failed(Kind::UnexpectedStatus),
        failed(Kind::InvalidAnswer),
        failed(Kind::TooLarge),
    ] {
        let kind = answered.as_ref().unwrap_err().kind();
        let script = Script::new([answered, Ok(tokens())]);
        match script.wait(&mut pace()).await {
            Err(SignInError::Endpoint(error)) => assert_eq!(error.kind(), kind),
            other => panic!("{kind:?}: {other:?}"),
        }
        assert_eq!(script.asked(), [5], "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_dropped_can_be_begun_again_and_keeps_its_pace() {
    let script = Script::new([
        refused("slow_down"),
        refused("authorization_pending"),
        Ok(tokens()),
    ]);
    let mut pace = pace();
    let limit = Duration::from_secs(7);
    let dropped = timeout(limit, script.wait(&mut pace)).await;
    assert!(dropped.is_err());
    assert_eq!(script.asked(), [5]);
    assert!(script.wait(&mut pace).await.is_ok());
    assert_eq!(script.asked(), [5, 17, 27]);
}

fn code(token_endpoint: &str) -> DeviceCode {
    let endpoint = TokenEndpoint::builder(token_endpoint, "my-cli");
    let answer = r#"{"device_code":"d 1","user_code":"U","verification_uri":"https://id.test/","expires_in":600}"#;
    let members = serde_json::from_str(answer).unwrap();
    DeviceCode {
        endpoint: endpoint.build().unwrap(),
        resources: vec!["https://a.test".to_owned()],
        answer: DeviceAnswer::read(&members).unwrap(),
        pace: pace(),
        begun: Instant::now(),
    }
}

#[tokio::test(start_paused = true)]
async fn the_user_has_ever_less_time() {
    let code = code("https://id.test/token");
    assert_eq!(code.expires_in(), Duration::from_secs(600));
    advance(Duration::from_secs(100)).await;
    assert_eq!(code.expires_in(), Duration::from_secs(500));
    advance(Duration::from_secs(501)).await;
    assert_eq!(code.expires_in(), Duration::ZERO);
}

#[tokio::test]
async fn it_asks_the_token_endpoint_with_the_device_code() {
    let server = FaultServer::start().await.unwrap();
    server.on("/token", Reply::json(200, r#"{"access_token":"access-1"}"#));
    server.once(Reply::json(400, r#"{"error":"authorization_pending"}"#));
    let mut code = code(server.url_of("/token").as_str());
    code.pace = Pace::hurried();
    let tokens = code.wait().await.unwrap();
    assert_eq!(tokens.access().expose_secret(), "access-1");
    let asked = server.requests();
    assert_eq!(asked.len(), 2);
    for request in asked {
        let expected = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=d+1&resource=https%3A%2F%2Fa.test&client_id=my-cli";
        assert_eq!(request.body(), expected);
    }
}
