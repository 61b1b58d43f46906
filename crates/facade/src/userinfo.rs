//! URLs without userinfo.

use url::Url;

/// Takes userinfo out of a URL before it is sent to. Nothing below makes a credential of it, but hyper-util's log and an
/// HTTP/2 `:authority` would show it, where RFC 9113 §8.3.1 forbids it.
pub(crate) fn remove(url: &mut Url) {
    if url.username().is_empty() && url.password().is_none() {
        return;
    }
    // These fail for URLs that can't have userinfo.
    let _ = url.set_username("");
    let _ = url.set_password(None);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_userinfo_stays() {
        for (whole, left) in [
            (
                "https://ada:hunter2@api.test:8443/a?b#c",
                "https://api.test:8443/a?b#c",
            ),
            ("https://hunter2@api.test/", "https://api.test/"),
            ("https://:hunter2@api.test/", "https://api.test/"),
            ("https://api.test/a@b", "https://api.test/a@b"),
        ] {
            let mut url = whole.parse().unwrap();
            remove(&mut url);
            assert_eq!(url.as_str(), left);
        }
    }
}
