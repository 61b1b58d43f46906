//! Default headers on the way to another server.

use facade::{CallOptions, Client};
use stack_tests::soon;
use testkit::Reply;

use crate::two_servers::TwoServers;

fn client(servers: &TwoServers) -> Client {
    let client = servers.here.builder();
    let client = client.sensitive_header("x-api-key", "key-1");
    let client = client.default_header("accept-language", "de");
    client.build().unwrap()
}

#[tokio::test]
async fn a_sensitive_one_stays_at_home_and_others_go_along() {
    let servers = TwoServers::start().await;
    let client = client(&servers);
    soon(client.get("x").send()).await.unwrap();
    let home = &servers.here.server.requests()[0];
    assert_eq!(home.header("x-api-key"), Some("key-1"));
    assert_eq!(home.header("accept-language"), Some("de"));

    soon(client.get(servers.there.url()).send()).await.unwrap();
    let away = servers.only_request_there();
    assert_eq!(away.header("x-api-key"), None);
    assert_eq!(away.header("accept-language"), Some("de"));
}

#[tokio::test]
async fn a_derived_client_with_another_base_url_keeps_a_sensitive_one_at_home() {
    let servers = TwoServers::start().await;
    let options = CallOptions::new()
        .base_url(servers.there.url())
        .sensitive_header("x-other-key", "key-2");
    let derived = client(&servers).with(options).unwrap();
    soon(derived.get("x").send()).await.unwrap();
    let away = servers.only_request_there();
    assert_eq!(away.header("x-api-key"), None);
    assert_eq!(away.header("x-other-key"), None);
    assert_eq!(away.header("accept-language"), Some("de"));
}

#[tokio::test]
async fn a_sensitive_one_is_taken_along_within_its_origin_and_left_behind_beyond() {
    let servers = TwoServers::start().await;
    let client = client(&servers);
    let within = Reply::status(307).header("location", "/x");
    servers.here.server.on("/within", within);
    soon(client.get("within").send()).await.unwrap();
    for request in servers.here.server.requests() {
        assert_eq!(request.header("x-api-key"), Some("key-1"));
    }

    servers.redirect(307, "/go");
    soon(client.get("go").send()).await.unwrap();
    let away = servers.only_request_there();
    assert_eq!(away.header("x-api-key"), None);
    assert_eq!(away.header("accept-language"), Some("de"));
}

#[tokio::test]
async fn one_that_is_not_sensitive_is_taken_along_by_a_redirect() {
    let servers = TwoServers::start().await;
    let client = servers.here.builder();
    let client = client.default_header("accept-language", "de");
    let client = client.build().unwrap();
    servers.redirect(302, "/go");
    soon(client.get("go").send()).await.unwrap();
    let away = servers.only_request_there();
    assert_eq!(away.header("accept-language"), Some("de"));
    assert_eq!(away.header("authorization"), None);
}

#[tokio::test]
async fn one_of_the_requests_own_takes_the_place_of_a_default() {
    let servers = TwoServers::start().await;
    let request = client(&servers).get("x").header("x-api-key", "mine");
    soon(request.send()).await.unwrap();
    let home = &servers.here.server.requests()[0];
    assert_eq!(home.header("x-api-key"), Some("mine"));
    assert_eq!(home.headers().get_all("x-api-key").iter().count(), 1);
}

/// Nobody means a credential for everyone, whether or not it was marked sensitive.
#[tokio::test]
async fn a_default_credential_stays_at_home_even_if_nobody_marked_it_sensitive() {
    for name in ["authorization", "cookie", "proxy-authorization"] {
        let servers = TwoServers::start().await;
        let client = stack_tests::builder(servers.here.server.url());
        let client = client.default_header(name, "secret").build().unwrap();
        soon(client.get(servers.there.url()).send()).await.unwrap();
        assert_eq!(servers.only_request_there().header(name), None, "{name}");
    }
}
