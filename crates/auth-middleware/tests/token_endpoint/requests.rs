//! What is sent.

use auth_middleware::{
    ClientCredentialsGrant, Grant, RefreshTokenGrant, RenewalError, TokenEndpoint,
};
use token_store::TokenSet;

use super::{endpoint, posted, refresh, server, signed_in};

#[tokio::test]
async fn a_refresh_is_one_form_post_of_the_refresh_token() {
    let server = server().await;
    let url = server.url_of("/token?tenant=acme");
    let endpoint = TokenEndpoint::builder(url, "my cli").build().unwrap();
    refresh(endpoint).await.unwrap();
    assert_eq!(
        posted(&server),
        "grant_type=refresh_token&refresh_token=r1&client_id=my+cli"
    );
    let request = &server.requests()[0];
    assert_eq!(request.method(), "POST");
    assert_eq!(request.path_and_query(), "/token?tenant=acme");
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(
        request.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    for absent in ["authorization", "referer", "cookie"] {
        assert_eq!(request.header(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn a_confidential_client_is_in_the_header_form_urlencoded_and_not_in_the_body() {
    let server = server().await;
    let endpoint = TokenEndpoint::builder(server.url_of("/token"), "a:b c")
        .client_secret("ü:%&")
        .build();
    refresh(endpoint.unwrap()).await.unwrap();
    assert_eq!(posted(&server), "grant_type=refresh_token&refresh_token=r1");
    // a%3Ab+c:%C3%BC%3A%25%26
    assert_eq!(
        server.requests()[0].header("authorization"),
        Some("Basic YSUzQWIrYzolQzMlQkMlM0ElMjUlMjY=")
    );
}

#[tokio::test]
async fn a_confidential_client_may_be_in_the_body() {
    let server = server().await;
    let endpoint = TokenEndpoint::builder(server.url_of("/token"), "a:b")
        .client_secret("c d")
        .secret_in_body(true)
        .build();
    refresh(endpoint.unwrap()).await.unwrap();
    assert_eq!(
        posted(&server),
        "grant_type=refresh_token&refresh_token=r1&client_id=a%3Ab&client_secret=c+d"
    );
    assert_eq!(server.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn a_grant_adds_its_own_parameters_and_replaces_none_of_the_protocol_s() {
    let server = server().await;
    let endpoint = TokenEndpoint::builder(server.url_of("/token"), "cli")
        .parameter("tenant", "acme")
        .parameter("grant_type", "password")
        .parameter("client_id", "other")
        .build();
    let grant = RefreshTokenGrant::new(endpoint.unwrap())
        .scope("a b")
        .audience("https://api.test")
        .resource("https://one.test/")
        .resource("https://two.test/")
        .parameter("refresh_token", "r0")
        .parameter("device", "d1");
    grant.exchange(Some(&signed_in())).await.unwrap();
    assert_eq!(
        posted(&server),
        "grant_type=refresh_token&refresh_token=r1&scope=a+b&audience=https%3A%2F%2Fapi.test\
         &resource=https%3A%2F%2Fone.test%2F&resource=https%3A%2F%2Ftwo.test%2F&device=d1\
         &tenant=acme&client_id=cli"
    );
}

#[tokio::test]
async fn client_credentials_need_no_tokens_and_send_none() {
    let server = server().await;
    let grant = ClientCredentialsGrant::new(endpoint(&server))
        .scope("a b")
        .audience("https://api.test")
        .resource("https://one.test/")
        .resource("https://two.test/")
        .parameter("tenant", "acme");
    grant.exchange(Some(&signed_in())).await.unwrap();
    let expected = "grant_type=client_credentials&scope=a+b&audience=https%3A%2F%2Fapi.test\
                    &resource=https%3A%2F%2Fone.test%2F&resource=https%3A%2F%2Ftwo.test%2F\
                    &tenant=acme&client_id=cli";
    assert_eq!(posted(&server), expected);

    grant.exchange(None).await.unwrap();
    assert_eq!(server.requests()[1].body(), expected);
    assert!(!grant.needs_refresh_token() && !grant.spends_refresh_token());
}

#[tokio::test]
async fn without_a_refresh_token_nothing_is_sent() {
    let server = server().await;
    let grant = RefreshTokenGrant::new(endpoint(&server));
    let nobody = grant.exchange(None).await.unwrap_err();
    let bare = grant.exchange(Some(&TokenSet::new("a1"))).await;
    let bare = bare.unwrap_err();
    let reason = |error: &refresh_queue::RefreshError| {
        let source = std::error::Error::source(error).unwrap();
        source.downcast_ref::<RenewalError>().unwrap().to_string()
    };
    assert!(nobody.is_rejected() && bare.is_rejected());
    assert_eq!(reason(&nobody), "nobody is signed in");
    assert_eq!(reason(&bare), "there is no refresh token");
    assert_eq!(server.request_count(), 0);
}

#[tokio::test]
async fn what_is_set_again_is_replaced_and_only_resources_add_up() {
    let server = server().await;
    let endpoint = TokenEndpoint::builder(server.url_of("/token"), "cli")
        .parameter("tenant", "a")
        .parameter("tenant", "b");
    let grant = RefreshTokenGrant::new(endpoint.build().unwrap())
        .scope("a")
        .scope("b")
        .audience("c")
        .audience("d")
        .parameter("device", "1")
        .parameter("device", "2")
        .resource("https://one.test/")
        .parameter("resource", "https://two.test/");
    grant.exchange(Some(&signed_in())).await.unwrap();
    assert_eq!(
        posted(&server),
        "grant_type=refresh_token&refresh_token=r1&scope=b&audience=d&device=2\
         &resource=https%3A%2F%2Fone.test%2F&resource=https%3A%2F%2Ftwo.test%2F\
         &tenant=b&client_id=cli"
    );
}

#[tokio::test]
async fn client_credentials_replace_what_is_set_again_too() {
    let server = server().await;
    let grant = ClientCredentialsGrant::new(endpoint(&server))
        .scope("a")
        .scope("b")
        .audience("c")
        .audience("d")
        .parameter("device", "1")
        .parameter("device", "2");
    grant.exchange(None).await.unwrap();
    assert_eq!(
        posted(&server),
        "grant_type=client_credentials&scope=b&audience=d&device=2&client_id=cli"
    );
}

#[tokio::test]
async fn a_client_that_is_in_the_header_is_not_in_the_body_by_a_parameter() {
    for in_body in [false, true] {
        let server = server().await;
        let endpoint = TokenEndpoint::builder(server.url_of("/token"), "cli")
            .client_secret("s")
            .secret_in_body(in_body)
            .parameter("client_secret", "other");
        let grant = RefreshTokenGrant::new(endpoint.build().unwrap())
            .parameter("client_id", "other")
            .parameter("client_secret", "another");
        grant.exchange(Some(&signed_in())).await.unwrap();
        let client = if in_body {
            "&client_id=cli&client_secret=s"
        } else {
            ""
        };
        let expected = format!("grant_type=refresh_token&refresh_token=r1{client}");
        assert_eq!(posted(&server), expected);
    }
}
