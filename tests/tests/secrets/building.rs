//! Requests and clients that are full of secrets and can't be made.

use facade::CallOptions;
use stack_tests::{builder, soon};

use crate::planted::Planted;
use crate::shown::Shown;

#[tokio::test]
async fn no_request_that_cannot_be_made_shows_a_secret() {
    let planted = Planted::start().await;
    let client = planted.client();
    let nested = [("hunter2", ["hunter2"])];
    let mut shown = Shown::default();
    for (what, request) in [
        (
            "name",
            Planted::request(&client, "x").header("hunter2 x", "x"),
        ),
        (
            "value",
            Planted::request(&client, "x").header("x", "hunter2\n"),
        ),
        ("query", Planted::request(&client, "x").query(&nested)),
        ("form", Planted::request(&client, "x").form(&nested)),
        ("climbs", Planted::request(&client, "hunter2/../x")),
        ("segment", client.get(["hunter2", ".."])),
        ("url", client.get("http://ada:hunter2@[::/?key=hunter2")),
        (
            "scheme",
            client.get("ftp://hunter2".parse::<url::Url>().unwrap()),
        ),
    ] {
        shown.value(what, &request);
        shown.error(what, &soon(request.send()).await.unwrap_err());
    }
    assert_eq!(planted.server.connections(), 0);
    shown.assert_no_leak();
}

#[test]
fn no_client_that_cannot_be_built_shows_a_secret() {
    let valid = || builder("https://ada:hunter2@api.test/?key=hunter2");
    let derived = |options| valid().build().unwrap().with(options).unwrap_err();
    let mut shown = Shown::default();
    for (what, error) in [
        (
            "url",
            builder("http://ada:hunter2@[::/").build().unwrap_err(),
        ),
        (
            "scheme",
            builder("ftp://ada:hunter2@api.test").build().unwrap_err(),
        ),
        (
            "name",
            valid()
                .default_header("hunter2 x", "x")
                .build()
                .unwrap_err(),
        ),
        (
            "value",
            valid()
                .default_header("x", "hunter2\n")
                .build()
                .unwrap_err(),
        ),
        (
            "key",
            valid()
                .sensitive_header("x", "hunter2\n")
                .build()
                .unwrap_err(),
        ),
        (
            "origin",
            valid()
                .allow_origin("http://hunter2:x:y")
                .build()
                .unwrap_err(),
        ),
        (
            "derived",
            derived(CallOptions::new().base_url("ftp://ada:hunter2@x")),
        ),
    ] {
        shown.error(what, &error);
    }
    shown.assert_no_leak();
}
