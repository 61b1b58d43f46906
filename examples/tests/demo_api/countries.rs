//! Reference data: kept for a while, in the language that was asked for.

use reqwest::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, ETAG, IF_NONE_MATCH, VARY,
};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::demo::{Demo, header, json, problem};

#[tokio::test]
async fn countries_come_in_the_language_that_is_asked_for_and_may_be_kept() {
    let demo = Demo::start().await;
    let english = demo.get("/countries").await;
    let kept = "public, max-age=3600, stale-if-error=86400";
    assert_eq!(header(&english, CACHE_CONTROL), kept);
    assert_eq!(header(&english, VARY), "Accept-Language");
    assert_eq!(header(&english, CONTENT_LANGUAGE), "en");
    let austria = json!({"code": "AT", "name": "Austria"});
    assert_eq!(json(english).await[0], austria);

    let request = demo.request(Method::GET, "/countries");
    let german = request.header(ACCEPT_LANGUAGE, "de-AT, en;q=0.5").send();
    let german = german.await.unwrap();
    assert_eq!(header(&german, CONTENT_LANGUAGE), "de");
    let austria = json!({"code": "AT", "name": "Österreich"});
    assert_eq!(json(german).await[0], austria);
}

#[tokio::test]
async fn who_has_the_countries_is_told_so_until_there_is_a_new_one() {
    let demo = Demo::start().await;
    let etag = header(&demo.get("/countries").await, ETAG).to_owned();
    let again = || {
        demo.request(Method::GET, "/countries")
            .header(IF_NONE_MATCH, &etag)
    };
    let answer = again().send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(header(&answer, ETAG), etag);
    assert_eq!(demo.stats().await.not_modified, 1);

    let it = json!({"code": "IT", "english": "Italy", "german": "Italien"});
    let add = || demo.request(Method::POST, "/countries").json(&it).send();
    assert_eq!(add().await.unwrap().status(), StatusCode::CREATED);
    let code = problem(add().await.unwrap(), StatusCode::CONFLICT).await;
    assert_eq!(code, "country_exists");
    let answer = again().send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(json(answer).await.as_array().unwrap().len(), 5);
}
