//! Reads any bytes as `Link` headers, one per line.
//!
//! `cargo +nightly fuzz run links`, in `crates/paginate`.
#![no_main]

use http::header::LINK;
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use paginate::{Link, Links};
use url::Url;

fuzz_target!(|bytes: &[u8]| {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n').take(100) {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(LINK, value);
        }
    }
    let links = Links::of(&headers);
    assert!(links.iter().count() <= 128);
    assert!(links.iter().map(size).sum::<usize>() <= 3 * bytes.len());

    // Looking for a link never fails otherwise, wherever it leads.
    let page = Url::parse("https://api.test/users?page=1").expect("a URL");
    if let Ok(Some(next)) = links.find("next", &page) {
        assert!(next.has_relation("NEXT") && next.is_about(&page));
        let _ = page.join(next.target());
    }

    // What was read, written down as the grammar has it, is read as the same.
    let written: Vec<_> = links.iter().map(write).collect();
    if let Ok(value) = HeaderValue::from_bytes(written.join(", ").as_bytes()) {
        let is_short = value.len() <= 64 * 1024;
        let again = Links::of(&HeaderMap::from_iter([(LINK, value)]));
        assert!(!is_short || again.iter().eq(links.iter()), "{written:?}");
    }
});

fn size(link: &Link) -> usize {
    let parameters = link
        .parameters()
        .map(|(name, value)| name.len() + value.len());
    link.target().len() + parameters.sum::<usize>()
}

fn write(link: &Link) -> String {
    let parameters = link.parameters().map(|(name, value)| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("; {name}=\"{value}\"")
    });
    format!("<{}>{}", link.target(), parameters.collect::<String>())
}
