//! The URL that relative paths are appended to.

use url::Url;

use crate::call_options::builder_error;
use crate::{ApiError, InvalidTarget};

/// An `http` or `https` URL without query and fragment, since each request has its own.
#[derive(Clone, Debug)]
pub struct BaseUrl {
    url: Url,
    /// The same with a fragment that a copy gives up for its path: a [`Url`] is cloned without room to grow.
    with_room: Url,
}

impl BaseUrl {
    /// A longer path works as well, and takes an allocation more.
    const ROOM: usize = 96;

    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        // The parser's own reason, "relative URL without a base", would mislead who has left the scheme out.
        let mut url = Url::parse(text).map_err(|_| builder_error(InvalidTarget::BaseUrl))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(builder_error(InvalidTarget::NotHttp));
        }
        url.set_query(None);
        url.set_fragment(None);
        let mut with_room = url.clone();
        with_room.set_fragment(Some(&"-".repeat(Self::ROOM)));
        Ok(Self { url, with_room })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// A copy that a path can be appended to.
    pub(crate) fn copy(&self) -> Url {
        let mut copy = self.with_room.clone();
        copy.set_fragment(None);
        copy
    }

    /// A copy whose path is the base's, a slash, and this.
    pub(crate) fn append(&self, path: &str) -> Url {
        let mut url = self.copy();
        let base = self.url.path();
        let mut joined = String::with_capacity(base.len() + 1 + path.len());
        joined.push_str(base.strip_suffix('/').unwrap_or(base));
        joined.push('/');
        joined.push_str(path);
        url.set_path(&joined);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scheme_authority_and_path_are_a_base() {
        let base = BaseUrl::parse("https://api.test:8443/v1?a=b#c").unwrap();
        assert_eq!(base.url().as_str(), "https://api.test:8443/v1");
    }

    #[test]
    fn what_is_not_http_is_no_base() {
        assert!(BaseUrl::parse("ftp://api.test").is_err());
        assert!(BaseUrl::parse("api.test").is_err());
    }

    #[test]
    fn a_copy_is_the_base_itself() {
        let base = BaseUrl::parse("https://api.test/v1").unwrap();
        assert_eq!(&base.copy(), base.url());
    }

    #[test]
    fn a_path_longer_than_the_room_is_appended_too() {
        let base = BaseUrl::parse("https://api.test/v1").unwrap();
        let path = "a".repeat(10 * BaseUrl::ROOM);
        let whole = format!("https://api.test/v1/{path}");
        assert_eq!(base.append(&path).as_str(), whole);
    }
}
