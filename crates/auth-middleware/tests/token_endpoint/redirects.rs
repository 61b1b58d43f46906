//! Nothing is posted to where a redirect leads.

use auth_middleware::{TokenEndpoint, TokenEndpointErrorKind};
use testkit::{FaultServer, Reply};

use super::{cause, endpoint, refresh, server};

async fn redirecting(status: u16, other: &FaultServer) -> FaultServer {
    let server = server().await;
    let location = other.url_of("/token").to_string();
    server.on("/token", Reply::status(status).header("location", location));
    server
}

#[tokio::test]
async fn no_redirect_is_followed() {
    for status in [301, 302, 303, 307, 308] {
        let other = server().await;
        let server = redirecting(status, &other).await;
        let error = refresh(endpoint(&server)).await.unwrap_err();
        assert!(!error.is_rejected());
        assert_eq!(cause(&error).kind(), TokenEndpointErrorKind::Redirected);
        assert_eq!(cause(&error).status().unwrap(), status);
        assert_eq!((server.request_count(), other.request_count()), (1, 0));
    }
}

#[tokio::test]
async fn an_answer_from_elsewhere_is_refused_when_the_caller_s_client_followed() {
    let other = server().await;
    let server = redirecting(307, &other).await;
    let follows = reqwest::Client::builder().no_proxy().build().unwrap();
    let endpoint = TokenEndpoint::builder(server.url_of("/token"), "cli").http_client(follows);
    let error = refresh(endpoint.build().unwrap()).await.unwrap_err();
    assert_eq!(cause(&error).kind(), TokenEndpointErrorKind::Redirected);
    assert_eq!((server.request_count(), other.request_count()), (1, 1));
}

#[tokio::test]
async fn a_loop_of_redirects_is_one_too() {
    let server = server().await;
    server.on("/token", Reply::status(307).header("location", "/token"));
    let follows = reqwest::Client::builder().no_proxy().build().unwrap();
    let endpoint = TokenEndpoint::builder(server.url_of("/token"), "cli").http_client(follows);
    let error = refresh(endpoint.build().unwrap()).await.unwrap_err();
    assert_eq!(cause(&error).kind(), TokenEndpointErrorKind::Redirected);
}
