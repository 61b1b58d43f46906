//! The messages: pages, versions, creation.

use reqwest::header::{ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LINK, LOCATION};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::demo::{Demo, header, json, problem};

#[tokio::test]
async fn cursor_pages_visit_each_message_once_and_the_link_agrees() {
    let demo = Demo::start().await;
    let tokens = demo.log_in().await;
    let (mut seen, mut pages) = (Vec::new(), 0);
    let mut next = Some("/messages?limit=40".to_owned());
    while let Some(path) = next {
        let response = demo.get_as(&tokens, &path).await;
        let link = header(&response, LINK).to_owned();
        let page = json(response).await;
        seen.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|message| message["id"].as_u64().unwrap()),
        );
        pages += 1;
        next = page["meta"]["next_cursor"]
            .as_str()
            .map(|cursor| format!("/messages?cursor={cursor}&limit=40"));
        assert_eq!(
            link,
            next.as_ref()
                .map_or(String::new(), |next| format!("<{next}>; rel=\"next\""))
        );
    }
    assert_eq!(seen, (1..=250).collect::<Vec<u64>>());
    assert_eq!(pages, 7);
}

#[tokio::test]
async fn a_page_has_20_messages_unless_asked_and_bad_questions_are_problems() {
    let demo = Demo::start().await;
    let tokens = demo.log_in().await;
    let page = json(demo.get_as(&tokens, "/messages").await).await;
    assert_eq!(page["data"].as_array().unwrap().len(), 20);
    assert_eq!(
        page["data"][0],
        json!({"id": 1, "author": "ada", "text": "Message number 1"})
    );
    for (path, code) in [
        ("/messages?limit=0", "invalid_query"),
        ("/messages?limit=101", "invalid_query"),
        ("/messages?limit=many", "invalid_query"),
        ("/messages?cursor=elsewhere", "invalid_cursor"),
    ] {
        assert_eq!(
            problem(demo.get_as(&tokens, path).await, StatusCode::BAD_REQUEST).await,
            code,
            "{path}"
        );
    }
}

#[tokio::test]
async fn who_has_a_message_gets_a_304() {
    let demo = Demo::start().await;
    let tokens = demo.log_in().await;
    let message = || {
        demo.request(Method::GET, "/messages/42")
            .bearer_auth(&tokens.access)
    };
    let first = message().send().await.unwrap();
    let etag = header(&first, ETAG).to_owned();
    let modified = header(&first, LAST_MODIFIED).to_owned();
    assert_eq!(etag, "\"message-42\"");
    assert_eq!(modified, "Thu, 01 Jan 2026 00:42:00 GMT");
    assert_eq!(json(first).await["id"], 42);

    let by_tag = message().header(IF_NONE_MATCH, &etag).send().await.unwrap();
    assert_eq!(by_tag.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header(&by_tag, ETAG), etag);
    assert_eq!(by_tag.bytes().await.unwrap().len(), 0);
    let by_date = message()
        .header(IF_MODIFIED_SINCE, &modified)
        .send()
        .await
        .unwrap();
    assert_eq!(by_date.status(), StatusCode::NOT_MODIFIED);
    let other = message()
        .header(IF_NONE_MATCH, "\"message-41\"")
        .send()
        .await
        .unwrap();
    assert_eq!(other.status(), StatusCode::OK);
    assert_eq!(demo.stats().await.not_modified, 2);
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let demo = Demo::start().await;
    let tokens = demo.log_in().await;
    for path in ["/messages/0", "/messages/251", "/messages/x"] {
        let response = demo.get_as(&tokens, path).await;
        assert_eq!(
            problem(response, StatusCode::NOT_FOUND).await,
            "message_not_found",
            "{path}"
        );
    }
    assert_eq!(
        problem(demo.get("/nowhere").await, StatusCode::NOT_FOUND).await,
        "no_such_resource"
    );
    let wrong_method = demo
        .request(Method::DELETE, "/messages")
        .send()
        .await
        .unwrap();
    let mut allowed: Vec<_> = header(&wrong_method, "allow").split(',').collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
    assert_eq!(
        problem(wrong_method, StatusCode::METHOD_NOT_ALLOWED).await,
        "method_not_allowed"
    );
    assert_eq!(
        problem(
            demo.get("/admin/expire").await,
            StatusCode::METHOD_NOT_ALLOWED
        )
        .await,
        "method_not_allowed"
    );
}

#[tokio::test]
async fn an_idempotency_key_creates_once() {
    let demo = Demo::start().await;
    let tokens = demo.log_in().await;
    let send = |text: &str, key: &str| {
        let request = demo
            .request(Method::POST, "/messages")
            .bearer_auth(&tokens.access);
        request
            .header("idempotency-key", key)
            .json(&json!({"text": text}))
            .send()
    };
    let first = send("hello", "k1").await.unwrap();
    assert_eq!(first.status(), StatusCode::CREATED);
    assert_eq!(header(&first, LOCATION), "/messages/251");
    assert_eq!(header(&first, "idempotent-replayed"), "");
    let message = json(first).await;
    assert_eq!(
        message,
        json!({"id": 251, "author": "ada", "text": "hello"})
    );

    let again = send("hello", "k1").await.unwrap();
    assert_eq!(again.status(), StatusCode::CREATED);
    assert_eq!(header(&again, LOCATION), "/messages/251");
    assert_eq!(header(&again, "idempotent-replayed"), "true");
    assert_eq!(json(again).await, message);

    let other = send("goodbye", "k1").await.unwrap();
    assert_eq!(
        problem(other, StatusCode::UNPROCESSABLE_ENTITY).await,
        "idempotency_key_reused"
    );
    assert_eq!(
        header(&send("hello", "k2").await.unwrap(), LOCATION),
        "/messages/252"
    );
    assert_eq!(
        json(demo.get_as(&tokens, "/messages/251").await).await,
        message
    );
    let stats = demo.stats().await;
    assert_eq!((stats.messages_created, stats.messages_replayed), (2, 1));
}

#[tokio::test]
async fn a_draft_that_is_not_valid_is_told_by_field() {
    let demo = Demo::start().await;
    let tokens = demo.log_in().await;
    let request = demo
        .request(Method::POST, "/messages")
        .bearer_auth(&tokens.access);
    let answer = json(request.json(&json!({"text": " "})).send().await.unwrap()).await;
    assert_eq!(answer["status"], 422);
    assert_eq!(answer["code"], "invalid_message");
    assert_eq!(
        answer["errors"],
        json!([{"pointer": "/text", "detail": "is empty"}])
    );
    assert_eq!(demo.stats().await.messages_created, 0);
}
