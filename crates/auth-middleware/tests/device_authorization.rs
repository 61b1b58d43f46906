//! Sign-in by a browser elsewhere: how it begins.
#![cfg(feature = "oauth2")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use auth_middleware::{
    DeviceAuthorization, SignInError, TokenEndpoint, TokenEndpointBuilder, TokenEndpointErrorKind,
};
use testkit::{FaultServer, Reply};

const CODES: &str = r#"{"device_code":"hunter2","user_code":"WDJB-MJHT",
    "verification_uri":"https://id.test/device",
    "verification_uri_complete":"https://id.test/device?user_code=WDJB-MJHT",
    "expires_in":1800,"interval":7}"#;

async fn server(reply: Reply) -> FaultServer {
    let server = FaultServer::start().await.unwrap();
    server.on("/device", reply);
    server
}

fn endpoint(server: &FaultServer) -> TokenEndpointBuilder {
    TokenEndpoint::builder(server.url_of("/token"), "my-cli")
}

fn sign_in(server: &FaultServer, endpoint: TokenEndpointBuilder) -> DeviceAuthorization {
    DeviceAuthorization::new(endpoint.build().unwrap(), server.url_of("/device"))
}

#[tokio::test]
async fn the_user_learns_what_to_type_and_where() {
    let server = server(Reply::json(200, CODES)).await;
    let code = sign_in(&server, endpoint(&server)).start().await.unwrap();
    assert_eq!(code.user_code(), "WDJB-MJHT");
    assert_eq!(code.verification_uri().as_str(), "https://id.test/device");
    let complete = code.verification_uri_complete().unwrap();
    assert_eq!(complete.query(), Some("user_code=WDJB-MJHT"));
    assert!(!format!("{code:?}").contains("hunter2"), "{code:?}");

    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method(), "POST");
    assert_eq!(requests[0].body(), "client_id=my-cli");
}

#[tokio::test]
async fn what_is_asked_for_can_be_said() {
    let server = server(Reply::json(200, CODES)).await;
    let endpoint = endpoint(&server).client_secret("s3cret");
    let sign_in = sign_in(&server, endpoint)
        .scope("read write")
        .resource("https://a.test")
        .audience("https://api.test")
        .parameter("scope", "all")
        .parameter("acr", "hunter2");
    assert!(!format!("{sign_in:?}").contains("hunter2"));
    let _code = sign_in.start().await.unwrap();
    let request = server.requests().pop().unwrap();
    let expected = "scope=read+write&resource=https%3A%2F%2Fa.test&audience=https%3A%2F%2Fapi.test&acr=hunter2";
    assert_eq!(request.body(), expected);
    assert!(
        request
            .header("authorization")
            .unwrap()
            .starts_with("Basic ")
    );
}

#[tokio::test]
async fn an_answer_that_can_not_be_used_is_told_by_its_member() {
    for (member, answer) in [
        ("device_code", CODES.replace("device_code", "x")),
        ("expires_in", CODES.replace("1800", r#""soon""#)),
        (
            "verification_uri",
            CODES.replace("https://id.test/device\"", "javascript:1\""),
        ),
    ] {
        let server = server(Reply::json(200, answer)).await;
        let error = sign_in(&server, endpoint(&server))
            .start()
            .await
            .unwrap_err();
        match error {
            SignInError::InvalidAnswer(name) => assert_eq!(name, member),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_that_gives_no_codes_is_told_by_kind() {
    for (reply, kind) in [
        (
            Reply::json(400, r#"{"error":"invalid_client"}"#),
            TokenEndpointErrorKind::Refused,
        ),
        (Reply::status(503), TokenEndpointErrorKind::Unavailable),
        (Reply::status(404), TokenEndpointErrorKind::UnexpectedStatus),
        (
            Reply::json(200, "[]"),
            TokenEndpointErrorKind::InvalidAnswer,
        ),
    ] {
        let server = server(reply).await;
        let error = sign_in(&server, endpoint(&server))
            .start()
            .await
            .unwrap_err();
        match error {
            SignInError::Endpoint(error) => assert_eq!(error.kind(), kind),
            other => panic!("{other:?}"),
        }
        assert_eq!(server.request_count(), 1);
    }
}

#[tokio::test]
async fn codes_are_asked_for_over_https_or_on_this_machine() {
    let endpoint = TokenEndpoint::builder("https://id.test/token", "my-cli").build();
    let sign_in = DeviceAuthorization::new(endpoint.unwrap(), "http://id.test/device");
    let refused = sign_in.start().await.unwrap_err();
    assert!(
        matches!(refused, SignInError::InvalidEndpoint(_)),
        "{refused:?}"
    );
}
