//! Answers under names of the caller's own.

use async_trait::async_trait;
use http::{Extensions, Method, StatusCode};
use private_cache::CacheMode;
use private_cache::CacheStatus::{Hit, Miss};
use request_context::{Call, Hop};
use reqwest::{Request, Response};
use reqwest_middleware::{ClientWithMiddleware, Middleware, Next, Result};
use testkit::{Reply, ScriptedTransport};

use crate::scene::{Got, cache, fresh, got, over, read, send};

const ONE: &str = "https://a.test/x?trace=1";
const OTHER: &str = "https://a.test/x?trace=2";

async fn get_named(client: &ClientWithMiddleware, url: &str) -> Got {
    let named = CacheMode::new().key("x");
    read(client.get(url).with_extension(named).send().await.unwrap()).await
}

#[tokio::test(start_paused = true)]
async fn urls_share_an_answer_by_its_name() {
    let transport = ScriptedTransport::new().reply(fresh("one"));
    let client = over(&transport);
    assert_eq!(get_named(&client, ONE).await, got(200, Miss, "one"));
    assert_eq!(get_named(&client, OTHER).await, got(200, Hit, "one"));
    transport.assert_count(1);
}

/// RFC 9111 §4.4: the very URL that was changed is asked for again, whichever of them has brought the answer.
#[tokio::test(start_paused = true)]
async fn a_change_of_the_url_that_is_asked_for_reaches_what_another_url_has_brought() {
    let transport = ScriptedTransport::new()
        .reply(fresh("one"))
        .reply(Reply::status(204))
        .otherwise(fresh("two"));
    let client = over(&transport);
    get_named(&client, ONE).await;
    tokio::time::advance(std::time::Duration::from_micros(1)).await;
    send(&client, Method::PUT, OTHER).await.unwrap();
    assert_eq!(get_named(&client, OTHER).await, got(200, Miss, "two"));
    assert_eq!(get_named(&client, OTHER).await, got(200, Hit, "two"));
}

/// Follows one redirect, as a layer above the cache does.
struct Follow;

#[async_trait]
impl Middleware for Follow {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let from = request.url().clone();
        let response = next.clone().run(request, extensions).await?;
        let Some(location) = response.headers().get("location") else {
            return Ok(response);
        };
        let to = from.join(location.to_str().unwrap()).unwrap();
        let hop = Hop::new(
            StatusCode::MOVED_PERMANENTLY,
            Method::GET,
            from,
            Method::GET,
        );
        Call::of(extensions).begin_hop(hop);
        next.run(Request::new(Method::GET, to), extensions).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_is_that_of_the_request_and_not_of_where_it_is_sent_from_there() {
    let moved = Reply::status(301)
        .header("location", "/moved")
        .header("cache-control", "max-age=60");
    let transport = ScriptedTransport::new().reply(moved).reply(fresh("there"));
    let client = transport.client_with(|chain| chain.with(Follow).with(cache()));
    assert_eq!(get_named(&client, ONE).await, got(200, Miss, "there"));
    assert_eq!(get_named(&client, OTHER).await, got(200, Hit, "there"));
    let plain = send(&client, Method::GET, "https://a.test/moved").await;
    assert_eq!(read(plain.unwrap()).await, got(200, Hit, "there"));
    transport.assert_count(2);
}
