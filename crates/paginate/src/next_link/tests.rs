//! Next links, honest ones and tricks.

use proptest::prelude::*;

use super::*;

const PAGE: &str = "https://api.test/v1/users?page=1&q=a";

fn link<'a>(page: &'a Url, reference: &'a str, other_origins: OtherOrigins) -> NextLink<'a> {
    NextLink {
        reference,
        page,
        first: page,
        has_left: false,
        other_origins,
    }
}

fn follow(page: &str, reference: &str) -> Result<String, LinkRefusal> {
    let page = page.parse().unwrap();
    let followed = link(&page, reference, OtherOrigins::Refused).follow();
    let destination = followed.map_err(|refused| refused.reason())?;
    assert!(!destination.without_credentials);
    Ok(destination.url.into())
}

fn follow_anywhere(page: &str, reference: &str) -> Result<(String, bool), LinkRefusal> {
    let page = page.parse().unwrap();
    let followed = link(&page, reference, OtherOrigins::WithoutCredentials).follow();
    let destination = followed.map_err(|refused| refused.reason())?;
    Ok((destination.url.into(), destination.without_credentials))
}

#[test]
fn a_link_within_the_origin_is_followed() {
    for (reference, url) in [
        ("/v1/users?page=2", "https://api.test/v1/users?page=2"),
        ("users?page=2", "https://api.test/v1/users?page=2"),
        ("?page=2", "https://api.test/v1/users?page=2"),
        ("../v2/x", "https://api.test/v2/x"),
        ("../../../../x", "https://api.test/x"),
        ("./x?a=1,2;b", "https://api.test/v1/x?a=1,2;b"),
        ("//api.test/x", "https://api.test/x"),
        ("https://api.test/x?y=z", "https://api.test/x?y=z"),
        ("HTTPS://API.test:443/x", "https://api.test/x"),
        ("https:/x", "https://api.test/x"),
        ("https:x", "https://api.test/v1/x"),
        ("https:\\\\api.test\\x", "https://api.test/x"),
        ("https://%61pi.test/x", "https://api.test/x"),
        ("https://\u{ff41}pi.test/x", "https://api.test/x"),
        ("\t https://api\n.test/x\r\n", "https://api.test/x"),
        ("https://api.test@api.test/x", "https://api.test/x"),
        (
            "?next=https://evil.test/",
            "https://api.test/v1/users?next=https://evil.test/",
        ),
    ] {
        assert_eq!(follow(PAGE, reference).as_deref(), Ok(url), "{reference:?}");
    }
}

#[test]
fn a_link_replaces_the_query_and_never_adds_to_it() {
    assert_eq!(follow(PAGE, "/x").unwrap(), "https://api.test/x");
    assert_eq!(follow(PAGE, "?").unwrap(), "https://api.test/v1/users?");
    // A reference to the page itself (RFC 3986 §5.2.2).
    assert_eq!(follow(PAGE, "").unwrap(), PAGE);
}

#[test]
fn fragment_and_userinfo_are_left_out() {
    for (page, reference, url) in [
        (PAGE, "/x#part", "https://api.test/x"),
        (PAGE, "#part", PAGE),
        (PAGE, "https://eve:hunter2@api.test/x", "https://api.test/x"),
        ("https://ada:hunter2@api.test/", "/x", "https://api.test/x"),
        ("https://api.test/#part", "/x", "https://api.test/x"),
    ] {
        assert_eq!(follow(page, reference).unwrap(), url, "{reference:?}");
    }
}

#[test]
fn a_link_to_another_origin_is_refused_or_followed_without_credentials() {
    for (reference, url) in [
        ("https://evil.test/x", "https://evil.test/x"),
        ("//evil.test/x", "https://evil.test/x"),
        ("/\\evil.test/x", "https://evil.test/x"),
        ("\\\\evil.test\\x", "https://evil.test/x"),
        ("/\t/evil.test/x", "https://evil.test/x"),
        ("https:\\\\evil.test/x", "https://evil.test/x"),
        ("https:///evil.test/x", "https://evil.test/x"),
        ("ht\ntps://evil.test/x", "https://evil.test/x"),
        (" https://evil.test/x", "https://evil.test/x"),
        ("https://api.test@evil.test/x", "https://evil.test/x"),
        ("https://api.test:443@evil.test/x", "https://evil.test/x"),
        ("https://api.test%2f@evil.test/x", "https://evil.test/x"),
        (
            "https://evil.test\\@api.test/x",
            "https://evil.test/@api.test/x",
        ),
        ("https://evil.test#@api.test/x", "https://evil.test/"),
        (
            "https://evil.test?@api.test/x",
            "https://evil.test/?@api.test/x",
        ),
        (
            "https://api.test.evil.test/x",
            "https://api.test.evil.test/x",
        ),
        ("https://evil-api.test/x", "https://evil-api.test/x"),
        ("https://www.api.test/x", "https://www.api.test/x"),
        ("https://test/x", "https://test/x"),
        ("https://api.test./x", "https://api.test./x"),
        ("https://api.test:8443/x", "https://api.test:8443/x"),
        ("https://api.test:80/x", "https://api.test:80/x"),
        ("https://127.0.0.1/x", "https://127.0.0.1/x"),
        ("https://[::1]/x", "https://[::1]/x"),
        // Cyrillic.
        ("https://\u{0430}pi.test/x", "https://xn--pi-6kc.test/x"),
    ] {
        assert_eq!(
            follow(PAGE, reference),
            Err(LinkRefusal::OtherOrigin),
            "{reference:?}"
        );
        let anywhere = follow_anywhere(PAGE, reference);
        assert_eq!(anywhere, Ok((url.to_owned(), true)), "{reference:?}");
    }
}

#[test]
fn plain_http_is_never_reached_from_https() {
    for reference in [
        "http://api.test/x",
        "http://api.test:443/x",
        "HTTP://evil.test/x",
    ] {
        assert_eq!(
            follow(PAGE, reference),
            Err(LinkRefusal::Insecure),
            "{reference}"
        );
        assert_eq!(
            follow_anywhere(PAGE, reference),
            Err(LinkRefusal::Insecure),
            "{reference}"
        );
    }
    let first = "https://api.test/".parse().unwrap();
    let redirected = "http://api.test/".parse().unwrap();
    let link = NextLink {
        page: &redirected,
        ..link(&first, "/x", OtherOrigins::WithoutCredentials)
    };
    assert_eq!(link.follow().unwrap_err().reason(), LinkRefusal::Insecure);
}

#[test]
fn from_plain_http_another_scheme_is_another_origin() {
    let page = "http://api.test/";
    assert_eq!(follow(page, "/x").unwrap(), "http://api.test/x");
    assert_eq!(
        follow(page, "https://api.test/x"),
        Err(LinkRefusal::OtherOrigin)
    );
    let anywhere = follow_anywhere(page, "https://api.test/x");
    assert_eq!(anywhere, Ok(("https://api.test/x".to_owned(), true)));
}

#[test]
fn other_schemes_are_refused_whatever_is_allowed() {
    for reference in [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:application/json,[]",
        "file:///etc/passwd",
        "file:/etc/passwd",
        "ftp://api.test/x",
        "ws://api.test/x",
        "wss://api.test/x",
        "mailto:eve@evil.test",
        "about:blank",
        "urn:x:y",
        // Its origin is that of the URL inside it.
        "blob:https://api.test/x",
        "view-source:https://api.test/x",
        "filesystem:https://api.test/x",
        "api.test:443/x",
    ] {
        assert_eq!(
            follow(PAGE, reference),
            Err(LinkRefusal::Scheme),
            "{reference:?}"
        );
        assert_eq!(
            follow_anywhere(PAGE, reference),
            Err(LinkRefusal::Scheme),
            "{reference:?}"
        );
    }
}

#[test]
fn what_is_no_url_is_refused() {
    for reference in [
        "https://",
        "///evil.test/x",
        "https://[::/x",
        "https://a b.test/",
        "https://api.test:99999/",
        "//api.test:port/",
        "https://%zz/",
        "https://api.test%00.evil.test/",
    ] {
        assert_eq!(
            follow(PAGE, reference),
            Err(LinkRefusal::NotAUrl),
            "{reference:?}"
        );
    }
}

#[test]
fn a_redirected_page_is_what_a_link_is_resolved_against_and_the_first_what_it_is_judged_by() {
    let first = "https://api.test/v1".parse().unwrap();
    let moved = "https://api.test/v2/users".parse().unwrap();
    let away = "https://cdn.test/v1".parse().unwrap();
    let from = |page, other_origins| NextLink {
        page,
        ..link(&first, "x", other_origins)
    };

    let within = from(&moved, OtherOrigins::Refused).follow().unwrap();
    assert_eq!(within.url.as_str(), "https://api.test/v2/x");
    let refused = from(&away, OtherOrigins::Refused).follow().unwrap_err();
    assert_eq!(refused.reason(), LinkRefusal::OtherOrigin);
    let without = from(&away, OtherOrigins::WithoutCredentials)
        .follow()
        .unwrap();
    assert_eq!(without.url.as_str(), "https://cdn.test/x");
    assert!(without.without_credentials);
}

#[test]
fn credentials_that_stayed_behind_do_not_come_back() {
    let first = "https://api.test/".parse().unwrap();
    let away = "https://cdn.test/".parse().unwrap();
    // By a link, or by a redirect.
    for (has_left, page) in [(true, &away), (true, &first), (false, &away)] {
        let back = |other_origins| NextLink {
            page,
            has_left,
            ..link(&first, "https://api.test/x", other_origins)
        };
        let followed = back(OtherOrigins::WithoutCredentials).follow().unwrap();
        assert!(followed.without_credentials && followed.url.as_str() == "https://api.test/x");
        let refused = back(OtherOrigins::Refused).follow();
        let expected = (page == &away).then_some(LinkRefusal::PageOfOtherOrigin);
        assert_eq!(refused.err().map(|refused| refused.reason()), expected);
    }
}

#[test]
fn a_refusal_tells_where_it_would_have_led_and_shows_no_secret() {
    let page = PAGE.parse().unwrap();
    let reference = "https://eve:hunter2@evil.test/hunter2?key=hunter2#hunter2";
    let refused = link(&page, reference, OtherOrigins::Refused)
        .follow()
        .unwrap_err();
    assert_eq!(refused.to_string(), "it leads to another origin");
    assert_eq!(
        refused.url().unwrap().as_str(),
        "https://evil.test/hunter2?key=hunter2"
    );
    let shown = format!("{refused:?}");
    assert!(
        shown.contains("https://evil.test") && !shown.contains("hunter2"),
        "{shown}"
    );
}

proptest! {
    #[test]
    fn nothing_but_the_origin_is_ever_reached_with_credentials(
        reference in "([a-z]{0,5}:)?[/\\\\@:.?#a-c \t%0-9\\[\\]]{0,20}(evil|api)?[.@:/\\\\]?(test)?.{0,20}",
    ) {
        let page: Url = PAGE.parse().unwrap();
        if let Ok(destination) = link(&page, &reference, OtherOrigins::WithoutCredentials).follow() {
            let url = &destination.url;
            prop_assert_eq!(url.scheme(), "https");
            prop_assert!(url.username().is_empty() && url.password().is_none());
            prop_assert!(url.fragment().is_none());
            prop_assert_eq!(destination.without_credentials, url.origin() != page.origin());
        }
        if let Ok(destination) = link(&page, &reference, OtherOrigins::Refused).follow() {
            prop_assert_eq!(destination.url.origin(), page.origin());
        }
    }
}
