//! What is asked, and what becomes of a code.

use auth_middleware::{Loopback, SignInError, TokenEndpoint};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use token_store::ExposeSecret;
use tokio::net::TcpStream;

use crate::scene::{Parameters, Scene, asked, back, wait};

#[tokio::test]
async fn a_code_is_redeemed_by_who_asked_for_it() {
    let scene = Scene::new().await;
    let listener = scene.sign_in().scope("read write").listen().await.unwrap();
    let asked = asked(&listener);
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["client_id"], "my-app");
    assert_eq!(asked["scope"], "read write");
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["redirect_uri"], listener.redirect_uri().as_str());
    assert_eq!(asked.len(), 7);

    let back = back(&listener, &[("code", "c 1")]);
    let waiting = wait(listener);
    let page = scene.get(back).await;
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    assert!(page.contains("close this window"), "{page}");
    let tokens = waiting.await.unwrap().unwrap();
    assert_eq!(tokens.access().expose_secret(), "access-1");
    assert_eq!(tokens.refresh().unwrap().expose_secret(), "refresh-1");

    let exchanges = scene.exchanges();
    assert_eq!(exchanges.len(), 1);
    let exchange: Parameters = exchanges[0].iter().cloned().collect();
    assert_eq!(exchange["grant_type"], "authorization_code");
    assert_eq!(exchange["code"], "c 1");
    assert_eq!(exchange["client_id"], "my-app");
    assert_eq!(exchange["redirect_uri"], asked["redirect_uri"]);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&exchange["code_verifier"]));
    assert_eq!(challenge, asked["code_challenge"]);
    assert_eq!(exchange.len(), 5);
}

#[tokio::test]
async fn each_sign_in_has_secrets_of_its_own() {
    let scene = Scene::new().await;
    let sign_in = scene.sign_in();
    let one = sign_in.clone().listen().await.unwrap();
    let two = sign_in.listen().await.unwrap();
    let (one, two) = (asked(&one), asked(&two));
    for name in ["state", "code_challenge", "redirect_uri"] {
        assert_ne!(one[name], two[name]);
    }
    assert_eq!(one["state"].len(), 43);
}

#[tokio::test]
async fn what_is_asked_for_and_where_can_be_said() {
    let scene = Scene::new().await;
    let endpoint = TokenEndpoint::builder(scene.server.url_of("/token"), "my-app")
        .client_secret("s3cret")
        .build()
        .unwrap();
    let listener = scene
        .sign_in_with(endpoint)
        .resource("https://a.test")
        .resource("https://b.test")
        .audience("https://api.test")
        .parameter("prompt", "none")
        .parameter("prompt", "login")
        .parameter("state", "evil")
        .path("/signed in")
        .success_text("Tea & cakes")
        .listen()
        .await
        .unwrap();
    let asked: Vec<(String, String)> = listener.url().query_pairs().into_owned().collect();
    let values = |name: &str| -> Vec<&str> {
        let found = asked.iter().filter(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str()).collect()
    };
    assert_eq!(values("resource"), ["https://a.test", "https://b.test"]);
    assert_eq!(values("audience"), ["https://api.test"]);
    assert_eq!(values("prompt"), ["login"]);
    assert_eq!(values("state").len(), 1);
    assert!(values("redirect_uri")[0].ends_with("/signed%20in"));

    let back = back(&listener, &[("code", "c1")]);
    let waiting = wait(listener);
    let page = scene.get(back).await.text().await.unwrap();
    assert!(page.contains("Tea &amp; cakes"), "{page}");
    waiting.await.unwrap().unwrap();
    let exchanges = scene.exchanges();
    let resources = exchanges[0].iter().filter(|(name, _)| name == "resource");
    assert_eq!(resources.count(), 2);
    let request = scene.server.requests().pop().unwrap();
    assert_eq!(
        request.header("authorization"),
        Some("Basic bXktYXBwOnMzY3JldA==")
    );
}

#[tokio::test]
async fn the_redirect_uri_names_the_machine_as_the_server_wants_it() {
    let scene = Scene::new().await;
    for (loopback, host) in [
        (Loopback::V4, "127.0.0.1"),
        (Loopback::Localhost, "localhost"),
    ] {
        let listener = scene.sign_in().loopback(loopback).listen().await.unwrap();
        let uri = listener.redirect_uri();
        assert_eq!(
            (uri.scheme(), uri.host_str(), uri.path()),
            ("http", Some(host), "/callback")
        );
        let port = uri.port().unwrap();
        let expected = format!("http://{host}:{port}/callback");
        assert_eq!(asked(&listener)["redirect_uri"], expected);

        // The port is taken now.
        let taken = scene.sign_in().loopback(loopback).port(port).listen().await;
        assert!(matches!(taken, Err(SignInError::Listen(_))), "{taken:?}");
        drop(listener);
        let given = scene.sign_in().loopback(loopback).port(port).listen().await;
        assert_eq!(given.unwrap().redirect_uri().as_str(), expected);
    }
}

#[tokio::test]
async fn dropping_the_listener_closes_its_port() {
    let scene = Scene::new().await;
    let listener = scene.sign_in().listen().await.unwrap();
    let port = listener.redirect_uri().port().unwrap();
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_ok());
    drop(listener);
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());

    let listener = scene.sign_in().listen().await.unwrap();
    let port = listener.redirect_uri().port().unwrap();
    let waiting = wait(listener);
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
}

#[tokio::test]
async fn debug_shows_neither_state_nor_verifier_nor_parameters() {
    let scene = Scene::new().await;
    let sign_in = scene.sign_in().parameter("login_hint", "hunter2");
    assert!(!format!("{sign_in:?}").contains("hunter2"));
    let listener = sign_in.listen().await.unwrap();
    let state = asked(&listener)["state"].clone();
    let shown = format!("{listener:?}");
    assert!(
        !shown.contains(&state) && !shown.contains("hunter2"),
        "{shown}"
    );
}
