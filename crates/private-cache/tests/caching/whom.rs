//! Whom the program itself names.

use http::Method;
use private_cache::CacheStatus::{Hit, Miss};
use private_cache::{Cache, Principal};
use request_context::WithoutAuth;
use reqwest::{Request, Url};
use reqwest_middleware::ClientWithMiddleware;
use testkit::{Reply, ScriptedTransport};

use crate::scene::{Got, HERE, cache, client, fresh, got, read};

fn tenants() -> Cache {
    cache().principal_from(|request, _| {
        let tenant = request.headers().get("x-tenant")?.to_str().ok()?;
        Some(Principal::new(tenant))
    })
}

fn server() -> ScriptedTransport {
    ScriptedTransport::new().respond_with(|sent| {
        let tenant = sent.header("x-tenant").unwrap_or("nobody").to_owned();
        Reply::status(200)
            .header("cache-control", "max-age=60")
            .body(tenant)
    })
}

async fn as_tenant(client: &ClientWithMiddleware, tenant: &str, without_auth: bool) -> Got {
    let mut request = client.get(HERE).header("x-tenant", tenant);
    if without_auth {
        request = request.with_extension(WithoutAuth);
    }
    read(request.send().await.unwrap()).await
}

/// That no layer below puts a credential on doesn't make the request nobody's: the program has said whose it is.
#[tokio::test(start_paused = true)]
async fn whom_the_program_names_has_answers_of_their_own_where_no_credential_goes_too() {
    let ours: request_context::Origin = "https://ours.test".parse().unwrap();
    for (cache, without_auth) in [
        (tenants(), true),
        (tenants().credential_origins(ours), false),
    ] {
        let client = client(&cache, &server());
        for from in [Miss, Hit] {
            for tenant in ["acme", "globex"] {
                let answer = as_tenant(&client, tenant, without_auth).await;
                assert_eq!(answer, got(200, from, tenant), "{without_auth}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn userinfo_is_not_stored_with_the_url() {
    let transport = ScriptedTransport::new().reply(fresh("adas"));
    let cache = cache().principal_from(|_, _| Some(Principal::new("ada")));
    let client = client(&cache, &transport);
    let ask = |url: &str| {
        let url: Url = url.parse().unwrap();
        client.execute(Request::new(Method::GET, url))
    };
    read(ask("https://ada:hunter2@a.test/x").await.unwrap()).await;
    let hit = ask(HERE).await.unwrap();
    assert_eq!(hit.url().as_str(), HERE);
    assert_eq!(read(hit).await, got(200, Hit, "adas"));
    let own = ask("https://ada:hunter2@a.test/x#part").await.unwrap();
    assert_eq!(own.url().fragment(), Some("part"), "its own");
}

/// Few mark what they put on, and few servers say `Vary`.
#[tokio::test(start_paused = true)]
async fn what_is_known_for_a_credential_is_one_whether_it_is_marked_or_not() {
    for name in [
        "x-api-key",
        "X-Auth-Token",
        "private-token",
        "x-amz-security-token",
        "dpop",
    ] {
        let transport = ScriptedTransport::new().respond_with(move |sent| {
            Reply::status(200)
                .header("cache-control", "max-age=60")
                .body(sent.header(name).unwrap_or("nobody").to_owned())
        });
        let client = client(&cache(), &transport);
        for user in ["nobody", "ada", "bob", "ada"] {
            let request = client.get(HERE);
            let request = match user {
                "nobody" => request,
                user => request.header(name, user),
            };
            let answer = read(request.send().await.unwrap()).await;
            assert_eq!(answer.2, user, "{name}");
        }
    }
}
