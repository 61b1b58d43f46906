//! Which calls go by the proxy that the environment names, over real sockets.
#![cfg(feature = "system-proxy")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::env;
use std::process::Command;

use facade::{Auth, Client};
use testkit::FaultServer;

const BASE_URL: &str = "FACADE_TEST_BASE_URL";
const EXPLICIT_PROXY: &str = "FACADE_TEST_EXPLICIT_PROXY";

/// The program in the tests below, for which the environment is another.
#[tokio::test]
#[ignore = "a program that other tests start"]
async fn program() {
    let Ok(base_url) = env::var(BASE_URL) else {
        return;
    };
    let mut client = Client::builder(base_url).auth(Auth::api_key("x-api-key", "hunter2"));
    if let Ok(proxy) = env::var(EXPLICIT_PROXY) {
        let proxy = reqwest::Proxy::all(proxy).unwrap();
        client = client.reqwest(move |reqwest| reqwest.proxy(proxy.clone()));
    }
    client.build().unwrap().get("a").send().await.unwrap();
}

/// Has the program call this URL while `http_proxy` names that proxy.
fn call(base_url: &str, proxy: &FaultServer, explicit: bool) {
    let mut program = Command::new(env::current_exe().unwrap());
    program.args(["--exact", "program", "--ignored"]);
    program.env_remove("NO_PROXY").env_remove("no_proxy");
    program.env_remove("ALL_PROXY").env_remove("all_proxy");
    program.env(BASE_URL, base_url);
    let url = proxy.url().to_string();
    if explicit {
        program.env(EXPLICIT_PROXY, url);
    } else {
        program.env("http_proxy", url);
    }
    let output = program.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("1 passed"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_to_this_machine_in_the_clear_is_shown_to_no_proxy_unless_the_program_names_it() {
    for (explicit, seen) in [(false, (1, 0)), (true, (0, 1))] {
        let server = FaultServer::start().await.unwrap();
        let proxy = FaultServer::start().await.unwrap();
        call(server.url().as_str(), &proxy, explicit);
        assert_eq!((server.request_count(), proxy.request_count()), seen);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_else_goes_by_the_proxy() {
    let proxy = FaultServer::start().await.unwrap();
    call("http://api.test", &proxy, false);
    let [received] = &proxy.requests()[..] else {
        panic!("one request");
    };
    assert_eq!(received.header("host"), Some("api.test"));
    assert_eq!(received.header("x-api-key"), None, "in the clear");
}
