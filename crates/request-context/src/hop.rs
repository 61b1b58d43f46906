//! The redirects that a call has come by.

use std::fmt;

use http::{Method, StatusCode};
use url::Url;

/// One redirect: a request, and the answer that sent it elsewhere. Its `Debug` shows neither query nor fragment.
#[derive(Clone, PartialEq, Eq)]
pub struct Hop {
    status: StatusCode,
    method: Method,
    url: Url,
    next_method: Method,
    next_url: Option<Url>,
}

impl Hop {
    /// A redirect of this request, with this status, to be followed with another method or the same. Userinfo in the URL
    /// is left out.
    pub fn new(status: StatusCode, method: Method, mut url: Url, next_method: Method) -> Self {
        remove_userinfo(&mut url);
        Self {
            status,
            method,
            url,
            next_method,
            next_url: None,
        }
    }

    /// Says where it leads. Userinfo is left out.
    #[must_use]
    pub fn leading_to(mut self, mut url: Url) -> Self {
        remove_userinfo(&mut url);
        self.next_url = Some(url);
        self
    }

    /// The status of the redirect.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The method of the request that was redirected.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The URL of the request that was redirected, query included.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The method of the request that follows.
    pub fn next_method(&self) -> &Method {
        &self.next_method
    }

    /// The URL of the request that follows, query included, if that is known.
    pub fn next_url(&self) -> Option<&Url> {
        self.next_url.as_ref()
    }
}

fn remove_userinfo(url: &mut Url) {
    // A URL without a host has no userinfo either.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
}

impl fmt::Debug for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.url.origin().ascii_serialization();
        let (status, method, path) = (self.status.as_u16(), &self.method, self.url.path());
        write!(f, "{status}: {method} {origin}{path}")
    }
}

/// The redirects of one call, the first one first. A response that came by some has them in its extensions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hops(Vec<Hop>);

impl Hops {
    /// How many there were.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The last one.
    pub fn last(&self) -> Option<&Hop> {
        self.0.last()
    }

    /// One after the other.
    pub fn iter(&self) -> std::slice::Iter<'_, Hop> {
        self.0.iter()
    }

    /// Adds the next one.
    pub fn push(&mut self, hop: Hop) {
        self.0.push(hop);
    }
}

impl<'a> IntoIterator for &'a Hops {
    type Item = &'a Hop;
    type IntoIter = std::slice::Iter<'a, Hop>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl FromIterator<Hop> for Hops {
    fn from_iter<I: IntoIterator<Item = Hop>>(hops: I) -> Self {
        Self(hops.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hop_keeps_no_userinfo_and_shows_no_query() {
        let url = "https://ada:hunter2@api.test/login?key=secret#part";
        let hop = Hop::new(
            StatusCode::SEE_OTHER,
            Method::POST,
            url.parse().unwrap(),
            Method::GET,
        );
        assert_eq!(hop.next_url(), None);
        let hop = hop.leading_to("https://ada:hunter2@api.test/in".parse().unwrap());
        assert_eq!(hop.next_url().unwrap().as_str(), "https://api.test/in");
        assert_eq!(hop.url().as_str(), "https://api.test/login?key=secret#part");
        let hops = Hops::from_iter([hop]);
        assert_eq!(
            format!("{hops:?}"),
            "Hops([303: POST https://api.test/login])"
        );
    }
}
