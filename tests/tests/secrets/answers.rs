//! What servers say of an error, which is theirs to show.

use error_map::{ErrorDetails, ErrorMapMiddleware};
use facade::ApiError;
use stack_tests::soon;
use testkit::{FaultServer, Reply};

use crate::planted::Planted;
use crate::shown::{SECRET, Shown};

const BODIES: [(&str, &str); 11] = [
    (
        "application/problem+json",
        r##"{"type": "https://hunter2.test/hunter2", "title": "hunter2", "status": 400, "detail": "hunter2",
            "instance": "/hunter2", "hunter2": "hunter2", "errors": [{"pointer": "#/hunter2", "detail": "hunter2"}]}"##,
    ),
    ("application/problem+json", "hunter2"),
    (
        "application/json",
        r#"{"message": "hunter2", "code": "hunter2"}"#,
    ),
    (
        "application/json",
        r#"{"error": "hunter2", "error_description": "hunter2"}"#,
    ),
    (
        "application/json",
        r#"{"error": {"message": "hunter2", "code": "hunter2", "param": "hunter2"}}"#,
    ),
    (
        "application/json",
        r#"{"errors": {"hunter2": ["hunter2"]}}"#,
    ),
    ("application/json", r#"{"hunter2": ["hunter2"]}"#),
    (
        "application/json",
        r#"{"errors": [{"message": "hunter2", "code": "hunter2", "field": "hunter2"}]}"#,
    ),
    ("application/json", r#"["hunter2"]"#),
    ("text/plain", "hunter2"),
    ("text/html", "<title>hunter2</title>"),
];

/// Everything that an error of an answer can tell.
fn show(shown: &mut Shown, what: &str, error: &ApiError) {
    assert!(error.text().contains(SECRET), "it is there for who asks");
    shown.error(what, error);
    shown.value(what, &error.problem());
    shown.value(what, &error.field_errors());
    let details = error.field_errors().iter().cloned();
    let details = details.fold(ErrorDetails::new(), ErrorDetails::with_field_error);
    shown.value(
        what,
        &details.with_message(error.message().unwrap_or_default()),
    );
    let no_number = error.json::<u64>().unwrap_err();
    shown.error(what, &no_number);
}

#[tokio::test]
async fn no_word_of_a_server_about_an_error_is_shown() {
    let planted = Planted::start().await;
    let client = planted.client();
    let mut shown = Shown::default();
    let (mut said, mut problems) = (0, 0);
    for (content_type, body) in BODIES {
        let reply = Reply::status(400).body(body);
        let reply = reply
            .header("content-type", content_type)
            .header("x-request-id", "hunter2-request");
        planted.server.on("/said", reply);
        let error = soon(Planted::request(&client, "said").send()).await;
        let error = error.unwrap_err();
        show(&mut shown, body, &error);
        assert_eq!(error.request_id(), Some("hunter2-request"));
        let texts = [error.message(), error.code()];
        said += texts
            .into_iter()
            .flatten()
            .filter(|text| text.contains(SECRET))
            .count();
        said += error
            .field_errors()
            .iter()
            .filter(|field| field.field().contains(SECRET))
            .count();
        problems += usize::from(error.problem().is_some());
    }
    assert_eq!((said, problems), (17, 1), "the accessors do tell");
    shown.assert_no_leak();
}

#[tokio::test]
async fn what_a_closure_gets_to_read_shows_nothing_by_itself() {
    let server = FaultServer::start().await.unwrap();
    server.otherwise(Reply::json(400, r#"{"message": "hunter2"}"#).header("x-a", "hunter2"));
    let layer = ErrorMapMiddleware::new().extract_with(|answer| {
        Some(ErrorDetails::new().with_code(format!("{answer:?} {:?}", answer.details())))
    });
    let reqwest = reqwest::Client::builder().no_proxy().build().unwrap();
    let client = reqwest_middleware::ClientBuilder::new(reqwest)
        .with(layer)
        .build();
    let error = soon(client.get(server.url()).send()).await.unwrap_err();
    let error = ApiError::from(error);
    let mut shown = Shown::default();
    shown.value("the answer and its details", &error.code().unwrap());
    shown.assert_no_leak();
    assert_eq!(error.message(), Some("hunter2"));
}
