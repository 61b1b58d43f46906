//! A demo API under test, and the usual calls to it.

use std::time::Duration;

use examples::demo_api::{DemoApi, DemoApiBuilder, DemoServer, Stats};
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

/// A server, and a client of its own.
pub(crate) struct Demo {
    pub(crate) server: DemoServer,
    client: Client,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Tokens {
    pub(crate) fn of(answer: &Value) -> Self {
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }
}

impl Demo {
    pub(crate) async fn start() -> Self {
        Self::with(DemoApi::builder()).await
    }

    pub(crate) async fn with(builder: DemoApiBuilder) -> Self {
        let server = builder.build().start().await.unwrap();
        let client = Client::builder().no_proxy().redirect(Policy::none());
        Self {
            server,
            client: client.build().unwrap(),
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.server.url()))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn get_as(&self, tokens: &Tokens, path: &str) -> Response {
        self.request(Method::GET, path)
            .bearer_auth(&tokens.access)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn post(&self, path: &str) -> Value {
        json(self.request(Method::POST, path).send().await.unwrap()).await
    }

    pub(crate) async fn try_log_in(&self, username: &str, password: &str) -> Response {
        let login = json!({"username": username, "password": password});
        self.request(Method::POST, "/login")
            .json(&login)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn log_in(&self) -> Tokens {
        Tokens::of(&json(self.try_log_in("ada", "lovelace").await).await)
    }

    pub(crate) async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let request = self.request(Method::POST, path).form(form);
        request.send().await.unwrap()
    }

    pub(crate) async fn grant(&self, form: &[(&str, &str)]) -> Response {
        self.post_form("/oauth/token", form).await
    }

    pub(crate) async fn refresh(&self, tokens: &Tokens) -> Response {
        self.grant(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", &tokens.refresh),
        ])
        .await
    }

    pub(crate) async fn stats(&self) -> Stats {
        self.get("/stats").await.json().await.unwrap()
    }

    /// Asks for the stats until they are as wished. The round trips set the pace.
    pub(crate) async fn stats_until(&self, wished: impl Fn(&Stats) -> bool) -> Stats {
        let ask = async {
            loop {
                let stats = self.stats().await;
                if wished(&stats) {
                    return stats;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), ask)
            .await
            .expect("the stats never got there")
    }
}

pub(crate) async fn json(response: Response) -> Value {
    response.json().await.unwrap()
}

pub(crate) fn header(response: &Response, name: impl reqwest::header::AsHeaderName) -> &str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

/// Checks that an answer is a problem document, and takes its code.
pub(crate) async fn problem(response: Response, status: StatusCode) -> String {
    assert_eq!(response.status(), status);
    assert_eq!(header(&response, CONTENT_TYPE), "application/problem+json");
    let document = json(response).await;
    assert_eq!(document["type"], "about:blank");
    assert_eq!(document["title"], status.canonical_reason().unwrap());
    assert_eq!(document["status"], status.as_u16());
    assert!(document["detail"].is_string());
    document["code"].as_str().unwrap().to_owned()
}

pub(crate) async fn assert_token_error(response: Response, error: &str) {
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(header(&response, CACHE_CONTROL), "no-store");
    let answer = json(response).await;
    assert_eq!(answer["error"], error);
    assert!(answer["error_description"].is_string());
}

/// Checks that an answer is a page for people, and takes it.
pub(crate) async fn page(response: Response, status: StatusCode) -> String {
    assert_eq!(response.status(), status);
    assert_eq!(header(&response, CONTENT_TYPE), "text/html; charset=utf-8");
    assert_eq!(header(&response, CACHE_CONTROL), "no-store");
    response.text().await.unwrap()
}
