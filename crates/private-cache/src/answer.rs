//! A response made of what is stored.

use std::time::SystemTime;

use bytes::Bytes;
use http::header::{AGE, CONTENT_LENGTH, CONTENT_RANGE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use reqwest::{Body, Response, ResponseBuilderExt};
use url::Url;

use crate::kept::DIGESTS;
use crate::key::name_of_resource;
use crate::range::{Wanted, content_range, wanted};
use crate::status_header::{Fate, add_header};
use crate::validators::{Own, allows_range, is_known, of_a_304};
use crate::{CacheStatus, Entry};

/// What a request says about the form of its answer.
pub(crate) struct Form<'a> {
    pub(crate) method: &'a Method,
    pub(crate) url: &'a Url,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) own: Own,
    pub(crate) shows_status: bool,
}

/// Whether a stored answer has what the request wants a part of.
pub(crate) fn can_be_cut(entry: &Entry, method: &Method, headers: &HeaderMap) -> bool {
    let parts = entry.parts();
    let is_whole = *method != Method::GET || !headers.contains_key(http::header::RANGE);
    is_whole
        || (parts.status == StatusCode::OK && wanted(headers, parts.body.len()) != Wanted::Unknown)
}

/// Answers a request with what is stored.
pub(crate) fn respond(
    entry: &Entry,
    form: &Form<'_>,
    now: SystemTime,
    status: CacheStatus,
) -> Response {
    let parts = entry.parts();
    let (code, mut headers, body) = content(entry, form);
    let age = entry.policy().age(now).as_secs();
    headers.insert(AGE, age.into());
    if form.shows_status {
        let fate = match status {
            CacheStatus::Revalidated => Fate::Confirmed,
            _ => Fate::Hit(entry.policy().remaining(now)),
        };
        add_header(&mut headers, &fate);
    }
    let is_same = name_of_resource(form.url) == name_of_resource(&parts.url);
    let url = if is_same { form.url } else { &parts.url };
    let mut response = made(code, url.clone(), body, status);
    *response.version_mut() = parts.version;
    *response.headers_mut() = headers;
    response.into()
}

/// What a confirmed answer gets of its confirmation that is not stored.
pub(crate) fn add_cookies(response: &mut Response, confirmation: &HeaderMap) {
    for cookie in confirmation.get_all(SET_COOKIE) {
        response.headers_mut().append(SET_COOKIE, cookie.clone());
    }
}

/// The answer where nothing is stored and the origin must not be asked.
pub(crate) fn unavailable(url: &Url) -> Response {
    let body = Body::from(Bytes::new());
    made(
        StatusCode::GATEWAY_TIMEOUT,
        url.clone(),
        body,
        CacheStatus::Miss,
    )
    .into()
}

fn made(code: StatusCode, url: Url, body: Body, status: CacheStatus) -> http::Response<Body> {
    let marked = http::Response::builder()
        .url(url)
        .extension(status)
        .body(());
    // Nothing that was given to the builder can be wrong.
    let extensions = marked.map(|marked| marked.into_parts().0.extensions);
    let mut response = http::Response::new(body);
    *response.status_mut() = code;
    *response.extensions_mut() = extensions.unwrap_or_default();
    response
}

fn content(entry: &Entry, form: &Form<'_>) -> (StatusCode, HeaderMap, Body) {
    let parts = entry.parts();
    let headers = || parts.headers.clone();
    let is_ok = parts.status == StatusCode::OK;
    if is_ok && form.own == Own::Freshness && is_known(form.headers, &parts.headers) {
        let empty = Body::from(Bytes::new());
        return (StatusCode::NOT_MODIFIED, of_a_304(&parts.headers), empty);
    }
    if *form.method == Method::HEAD {
        return (parts.status, headers(), Body::from(Bytes::new()));
    }
    let wanted = if is_ok && allows_range(form.headers, &parts.headers) {
        wanted(form.headers, parts.body.len())
    } else {
        Wanted::Whole
    };
    let length = parts.body.len();
    match wanted {
        Wanted::Part(part) => {
            let mut headers = headers();
            for name in DIGESTS {
                headers.remove(name);
            }
            set_range(&mut headers, content_range(Some(&part), length), part.len());
            (
                StatusCode::PARTIAL_CONTENT,
                headers,
                parts.body.slice(part).into(),
            )
        }
        Wanted::Nothing => {
            let mut headers = of_a_304(&parts.headers);
            set_range(&mut headers, content_range(None, length), 0);
            let empty = Body::from(Bytes::new());
            (StatusCode::RANGE_NOT_SATISFIABLE, headers, empty)
        }
        Wanted::Whole | Wanted::Unknown => (parts.status, headers(), parts.body.clone().into()),
    }
}

fn set_range(headers: &mut HeaderMap, range: Option<HeaderValue>, length: usize) {
    headers.insert(CONTENT_LENGTH, length.into());
    if let Some(range) = range {
        headers.insert(CONTENT_RANGE, range);
    }
}
