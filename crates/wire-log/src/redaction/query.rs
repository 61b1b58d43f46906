//! A URL without what may be secret in it.

use url::{Url, form_urlencoded};

use super::{REDACTED, Redaction};

/// Parameters that say which part of an answer is wanted, and in what form.
const ALLOWED: [&str; 17] = [
    "api-version",
    "api_version",
    "asc",
    "desc",
    "dir",
    "direction",
    "format",
    "lang",
    "language",
    "limit",
    "locale",
    "offset",
    "order",
    "page",
    "page_size",
    "per_page",
    "sort",
];

pub(super) fn allowed() -> Vec<String> {
    ALLOWED.map(str::to_owned).to_vec()
}

impl Redaction {
    /// The URL without userinfo and fragment, and without the values of parameters that aren't allowed.
    pub(crate) fn url(&self, url: &Url) -> String {
        let mut shown = format!("{}:", url.scheme());
        if url.cannot_be_a_base() {
            return shown + REDACTED;
        }
        shown.push_str("//");
        shown.push_str(url.host_str().unwrap_or_default());
        if let Some(port) = url.port() {
            shown.push(':');
            shown.push_str(&port.to_string());
        }
        match &self.path {
            None => shown.push_str(url.path()),
            Some(path) => shown.push_str(&path(url.path())),
        }
        if let Some(query) = url.query() {
            shown.push('?');
            shown.push_str(&self.query(query));
        }
        shown
    }

    fn query(&self, query: &str) -> String {
        let parameters = query.split('&').map(|parameter| self.parameter(parameter));
        parameters.collect::<Vec<_>>().join("&")
    }

    fn parameter(&self, parameter: &str) -> String {
        if parameter.is_empty() || self.allows_parameter(parameter) {
            return parameter.to_owned();
        }
        match parameter.split_once('=') {
            // Some servers take `;` for `&`: then there is a value in the name.
            Some((name, value)) if !name.contains(';') && !is_padding(value) => {
                format!("{name}={REDACTED}")
            }
            // Without a name, or with nothing behind it, it may be a value: some APIs take a bare token.
            _ => REDACTED.to_owned(),
        }
    }

    fn allows_parameter(&self, parameter: &str) -> bool {
        if parameter.contains(';') || !parameter.contains('=') {
            return false;
        }
        let mut decoded = form_urlencoded::parse(parameter.as_bytes());
        decoded.next().is_some_and(|(name, _)| {
            let mut allowed = self.query.iter();
            allowed.any(|allowed| allowed.eq_ignore_ascii_case(&name))
        })
    }
}

/// Whether this may be the padding of a bare token in base64.
fn is_padding(value: &str) -> bool {
    value.bytes().all(|byte| byte == b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_shows_names_and_allowed_values_alone() {
        let redaction = Redaction::new().allow_query("Status");
        for (whole, shown) in [
            ("https://api.test", "https://api.test/"),
            ("https://api.test:443/a", "https://api.test/a"),
            ("https://api.test:8443/a/b", "https://api.test:8443/a/b"),
            ("http://[::1]:80/a", "http://[::1]/a"),
            ("https://ada:hunter2@api.test/", "https://api.test/"),
            ("https://hunter2@api.test/", "https://api.test/"),
            ("https://api.test/#hunter2", "https://api.test/"),
            ("https://api.test/?", "https://api.test/?"),
            (
                "https://api.test/?page=2&key=hunter2&limit=10",
                "https://api.test/?page=2&key=REDACTED&limit=10",
            ),
            (
                "https://api.test/?PAGE=2&%70age=3",
                "https://api.test/?PAGE=2&%70age=3",
            ),
            (
                "https://api.test/?status=open&statuses=hunter2",
                "https://api.test/?status=open&statuses=REDACTED",
            ),
            ("https://api.test/?hunter2", "https://api.test/?REDACTED"),
            ("https://api.test/?page", "https://api.test/?REDACTED"),
            (
                "https://api.test/?page=&&=hunter2",
                "https://api.test/?page=&&=REDACTED",
            ),
            (
                "https://api.test/?a=b=hunter2",
                "https://api.test/?a=REDACTED",
            ),
            (
                "https://api.test/?page=2;key=hunter2",
                "https://api.test/?page=REDACTED",
            ),
            (
                "https://api.test/?a;b=hunter2",
                "https://api.test/?REDACTED",
            ),
            (
                "https://api.test/?aHVudGVyMg==",
                "https://api.test/?REDACTED",
            ),
            ("https://api.test/?hunter2=", "https://api.test/?REDACTED"),
            ("data:text/plain,hunter2", "data:REDACTED"),
            ("mailto:hunter2@api.test", "mailto:REDACTED"),
        ] {
            assert_eq!(redaction.url(&whole.parse().unwrap()), shown, "{whole}");
        }
    }

    #[test]
    fn a_path_is_shown_as_the_callers_function_says() {
        let redaction = Redaction::new().path(|path| path.replace("hunter2", "{id}"));
        let url = "https://api.test/users/hunter2?key=1".parse().unwrap();
        assert_eq!(
            redaction.url(&url),
            "https://api.test/users/{id}?key=REDACTED"
        );
    }
}
