//! Bodies that are not what was asked for.

use facade::{ApiError, BodyTooLarge, DecodeError, ErrorKind};
use stack_tests::{builder, find, soon};
use testkit::{FaultServer, Reply};

use crate::expectations::{assert_error, assert_kind};

#[derive(Debug, serde::Deserialize)]
#[allow(dead_code, reason = "only decoded")]
struct User {
    name: String,
    ages: Vec<u8>,
}

#[tokio::test]
async fn json_that_is_not_what_was_asked_for_tells_where() {
    let server = FaultServer::start().await.unwrap();
    let client = builder(server.url()).build().unwrap();
    let url = server.url_of("/me");
    for (body, path, line, column) in [
        (r#"{"name": 7, "ages": []}"#, Some("name"), 1, 10),
        (
            "{\"name\": \"ada\",\n \"ages\": [1, \"2\"]}",
            Some("ages[1]"),
            2,
            16,
        ),
        ("{\"name\": \"ada\"}", None, 1, 15),
        ("<html>", None, 1, 1),
        ("[", None, 1, 1),
        ("", None, 1, 4),
    ] {
        server.otherwise(Reply::json(200, body));
        let fetched = soon(client.get("me").fetch::<User>()).await.unwrap_err();
        let response = soon(client.get("me").send()).await.unwrap();
        let read = soon(response.json::<User>()).await.unwrap_err();
        for error in [fetched, read] {
            assert_error(&error, ErrorKind::Decode, &url, 1);
            let decode = find::<DecodeError>(&error).unwrap();
            assert_eq!(decode.path(), path, "{body}");
            assert_eq!((decode.line(), decode.column()), (line, column), "{body}");
        }
    }
}

#[tokio::test]
async fn json_read_through_the_chain_below_is_an_error_of_decoding_too() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::json(200, r#"{"name": 7}"#));
    let client = builder(server.url()).build().unwrap();
    let response = soon(client.inner().get(server.url()).send()).await.unwrap();
    let error = soon(response.json::<User>()).await.unwrap_err();
    assert_kind(&ApiError::from(error), ErrorKind::Decode);
}

#[tokio::test]
async fn json_of_an_error_can_be_read_from_it() {
    let server = FaultServer::start().await.unwrap();
    let problem = r#"{"name": "ada", "ages": [1, 2]}"#;
    server.otherwise(Reply::json(422, problem));
    let client = builder(server.url()).build().unwrap();
    let error = soon(client.get("me").fetch::<User>()).await.unwrap_err();
    let problem: User = serde_json::from_slice(error.body()).unwrap();
    assert_eq!(problem.ages, [1, 2]);
}

#[tokio::test]
async fn a_body_that_is_too_large_tells_the_limit() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::json(200, r#""0123456789""#));
    let client = builder(server.url()).body_limit(11).build().unwrap();
    let error = soon(client.get("me").fetch::<String>()).await.unwrap_err();
    assert_error(&error, ErrorKind::TooLarge, &server.url_of("/me"), 1);
    assert_eq!(find::<BodyTooLarge>(&error).unwrap().limit, 11);
    let larger = client.get("me").body_limit(12).fetch::<String>();
    assert_eq!(soon(larger).await.unwrap(), "0123456789");
}
