//! Puts a credential on a request, and remembers what has to be known of that when the answer comes.

use http::header::{AUTHORIZATION, CONTENT_LOCATION, Entry, LINK, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue};
use request_context::{Versioned, with_url};
use reqwest::{Request, Response, Url};
use reqwest_middleware::{Error, Result};

use crate::added_query::AddedQuery;

/// Headers in which a server repeats the query that it was asked with.
const REPEATING: [HeaderName; 3] = [LOCATION, CONTENT_LOCATION, LINK];

/// What a credential has done to a request, if it is more than one header.
#[derive(Default)]
pub(crate) struct PutOn(Option<Box<Changes>>);

struct Changes {
    authorization: Option<HeaderValue>,
    query: Option<AddedQuery>,
}

/// Lets a credential put itself on. None when it leaves the request as it is, since that has one of its own.
pub(crate) async fn let_it_put_itself_on(
    credential: &Versioned,
    request: &mut Request,
) -> Result<Option<PutOn>> {
    let (url, headers) = (request.url().clone(), request.headers().clone());
    let applied = credential.apply(request).await;
    applied.map_err(Error::middleware)?;
    if url == *request.url() && headers == *request.headers() {
        return Ok(None);
    }
    mark_sensitive(request.headers_mut(), &headers);
    Ok(Some(PutOn(Some(Box::new(Changes {
        authorization: request.headers().get(AUTHORIZATION).cloned(),
        query: AddedQuery::between(url, request.url()),
    })))))
}

/// Marks what wasn't among the headers before, so that no log shows it and no redirect takes it along unseen.
fn mark_sensitive(headers: &mut HeaderMap, before: &HeaderMap) {
    for (name, value) in headers.iter_mut() {
        if !before.get_all(name).iter().any(|own| own == value) {
            value.set_sensitive(true);
        }
    }
}

impl PutOn {
    /// The scheme of the `Authorization` header that the credential is, if it is one.
    pub(crate) fn scheme<'a>(&'a self, credential: &'a Versioned) -> Option<&'a str> {
        let value = match &self.0 {
            Some(changes) => changes.authorization.as_ref()?,
            None => {
                credential
                    .header()
                    .filter(|(name, _)| *name == AUTHORIZATION)?
                    .1
            }
        };
        let end = value.as_bytes().iter().position(|byte| *byte == b' ')?;
        std::str::from_utf8(&value.as_bytes()[..end]).ok()
    }

    /// What the credential has added to the URL.
    pub(crate) fn query(&self) -> Option<&AddedQuery> {
        self.0.as_ref()?.query.as_ref()
    }
}

/// Takes what a credential has added to the URL out of what comes back.
#[cold]
pub(crate) fn conceal(query: &AddedQuery, outcome: Result<Response>) -> Result<Response> {
    match outcome {
        Ok(response) => Ok(conceal_in_response(query, response)),
        Err(error) => Err(conceal_in_error(query, error)),
    }
}

fn conceal_in_response(query: &AddedQuery, mut response: Response) -> Response {
    for name in REPEATING {
        let Entry::Occupied(mut values) = response.headers_mut().entry(name) else {
            continue;
        };
        for value in values.iter_mut() {
            let concealed = value
                .to_str()
                .ok()
                .and_then(|text| query.removed_from(text));
            if let Some(Ok(concealed)) = concealed.map(HeaderValue::try_from) {
                *value = concealed;
            }
        }
    }
    let mut url = response.url().clone();
    query.remove_from(&mut url);
    with_url(response, url)
}

fn conceal_in_error(query: &AddedQuery, mut error: Error) -> Error {
    if let Some(url) = url_of(&mut error) {
        query.remove_from(url);
    }
    error
}

/// The URL that the error's text shows: also when a layer below has made it its own.
fn url_of(error: &mut Error) -> Option<&mut Url> {
    match error {
        Error::Reqwest(error) => error.url_mut(),
        Error::Middleware(error) => match error.downcast_mut::<reqwest::Error>() {
            Some(error) => error.url_mut(),
            None => None,
        },
    }
}
