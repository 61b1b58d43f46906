//! Reference data that a program needs all the time and asks for once: in two languages, over restarts, offline.
//!
//! `cargo run -p examples --bin cached_reference_data` starts a demo API of its own.
#![allow(clippy::print_stdout, reason = "it shows what happens")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use examples::demo_api::{DemoApi, Stats};
use facade::private_cache::DiskStore;
use facade::{ApiError, Cache, CacheStatus, Client};
use serde::Deserialize;
use serde_json::json;

/// What the demo API says of a country.
#[derive(Deserialize)]
struct Country {
    name: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let api = DemoApi::builder().build().start().await?;
    let folder = tempfile::tempdir()?;
    let clock = Clock::default();
    let client = open(api.url(), folder.path(), &clock)?;

    println!("A thousand calls for the countries:");
    for _ in 0..1000 {
        countries(&client, "en").await?;
    }
    println!("  {} request", requests(&client).await?);

    println!("In another language, twice:");
    for _ in 0..2 {
        println!("  {}", shown(countries(&client, "de").await?));
    }
    println!("  {}", shown(countries(&client, "en").await?));

    println!("Someone adds a country, by the same client:");
    let italy = json!({"code": "IT", "english": "Italy", "german": "Italien"});
    client.post("countries").json(&italy).send().await?;
    for _ in 0..2 {
        println!("  {}", shown(countries(&client, "en").await?));
    }

    println!("The program ends, and starts again:");
    drop(client);
    let client = open(api.url(), folder.path(), &clock)?;
    println!("  {}", shown(countries(&client, "en").await?));

    println!("Two hours later nothing has changed:");
    clock.hours(2);
    println!("  {}", shown(countries(&client, "en").await?));
    let stats = client.get("stats").fetch::<Stats>().await?;
    println!("  {} answer without a body", stats.not_modified);

    println!("Two more hours later there is no server any more:");
    clock.hours(2);
    api.shutdown().await;
    println!("  {}", shown(countries(&client, "en").await?));

    println!("Two days later it is too old to be shown:");
    clock.hours(48);
    let error = countries(&client, "en").await.err();
    println!("  {}", error.ok_or("a week-old list was shown")?);
    Ok(())
}

fn open(url: &str, folder: &Path, clock: &Clock) -> Result<Client, Box<dyn Error>> {
    let clock = clock.clone();
    let cache = Cache::new(DiskStore::open(folder)?).clock(move || clock.now());
    Ok(Client::builder(url).cache(cache).retry(None).build()?)
}

/// The countries in this language, and where they came from.
async fn countries(
    client: &Client,
    language: &str,
) -> Result<(Vec<Country>, CacheStatus), ApiError> {
    let request = client.get("countries").header("accept-language", language);
    let answer = request.send().await?;
    let from = answer.cache_status();
    Ok((answer.json().await?, from))
}

fn shown((countries, from): (Vec<Country>, CacheStatus)) -> String {
    let names: Vec<_> = countries.into_iter().map(|country| country.name).collect();
    format!("{from:?}: {}", names.join(", "))
}

/// How often the server was asked for the countries.
async fn requests(client: &Client) -> Result<u64, ApiError> {
    let stats: Stats = client.get("stats").fetch().await?;
    Ok(stats.requests_by_route["GET /countries"])
}

/// A clock that can be put forward.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicU64>);

impl Clock {
    fn hours(&self, hours: u64) {
        self.0.fetch_add(hours, Ordering::Relaxed);
    }

    fn now(&self) -> SystemTime {
        SystemTime::now() + Duration::from_secs(3600 * self.0.load(Ordering::Relaxed))
    }
}
