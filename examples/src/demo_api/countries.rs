//! `GET /countries`: reference data that changes rarely, in two languages, and may be kept for a while. `POST /countries` adds
//! to it.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::state::Shared;
use super::validators::Validators;

/// Fresh for an hour, and good for a day more while the server fails (RFC 5861 §4).
const KEEP: &str = "public, max-age=3600, stale-if-error=86400";

/// What is known of the world. It grows by a few countries in the life of a demo.
#[derive(Debug)]
pub(super) struct Countries(Vec<Country>);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Country {
    code: String,
    english: String,
    german: String,
}

#[derive(Serialize)]
struct Named<'a> {
    code: &'a str,
    name: &'a str,
}

#[derive(Clone, Copy)]
enum Language {
    English,
    German,
}

impl Countries {
    pub(super) fn seeded() -> Self {
        let country = |code: &str, english: &str, german: &str| Country {
            code: code.into(),
            english: english.into(),
            german: german.into(),
        };
        Self(vec![
            country("AT", "Austria", "Österreich"),
            country("CH", "Switzerland", "Schweiz"),
            country("FR", "France", "Frankreich"),
            country("JP", "Japan", "Japan"),
        ])
    }

    /// The tag of the whole in one language. Nothing is ever taken away, so the number of countries names the version.
    fn validators(&self, language: Language) -> Validators {
        Validators {
            etag: format!("\"countries-{}-{}\"", self.0.len(), language.tag()),
            last_modified: None,
        }
    }

    fn named(&self, language: Language) -> Vec<Named<'_>> {
        let named = self.0.iter().map(|country| Named {
            code: &country.code,
            name: match language {
                Language::English => &country.english,
                Language::German => &country.german,
            },
        });
        named.collect()
    }
}

impl Language {
    /// German for who names it first, English for everyone else.
    fn of(headers: &HeaderMap) -> Self {
        let wished = headers.get(ACCEPT_LANGUAGE);
        let wished = wished.and_then(|languages| languages.to_str().ok());
        match wished {
            Some(languages) if languages.trim_start().starts_with("de") => Self::German,
            _ => Self::English,
        }
    }

    fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }
}

pub(super) async fn list(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let language = Language::of(&headers);
    let countries = shared.countries();
    let validators = countries.validators(language);
    let fields = (
        [(CACHE_CONTROL, KEEP), (VARY, "Accept-Language")],
        validators.headers(),
    );
    if validators.are_held_by(&headers) {
        shared.counters.not_modified.increment();
        return (StatusCode::NOT_MODIFIED, fields, ()).into_response();
    }
    let content_language = [(CONTENT_LANGUAGE, language.tag())];
    let countries = Json(countries.named(language));
    (fields, content_language, countries).into_response()
}

pub(super) async fn add(
    State(shared): State<Shared>,
    country: Result<Json<Country>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(country) = country?;
    let mut countries = shared.countries();
    if countries.0.iter().any(|known| known.code == country.code) {
        let detail = "there is a country with this code";
        return Err(Problem::new(StatusCode::CONFLICT, "country_exists", detail));
    }
    countries.0.push(country.clone());
    Ok((StatusCode::CREATED, Json(country)).into_response())
}
