//! What of a URL may be shown.

use url::Url;

/// The URL without userinfo, query and fragment, any of which may hold a secret.
pub(crate) fn url(url: &Url) -> Url {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // These fail for URLs that can't have userinfo, so there is none to remove.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_host_port_and_path_are_left() {
        for (whole, shown) in [
            (
                "https://ada:hunter2@api.test:8443/a/b?key=hunter2#hunter2",
                "https://api.test:8443/a/b",
            ),
            ("http://api.test", "http://api.test/"),
            ("data:text/plain,x?hunter2", "data:text/plain,x"),
        ] {
            assert_eq!(url(&whole.parse().unwrap()).as_str(), shown);
        }
    }
}
