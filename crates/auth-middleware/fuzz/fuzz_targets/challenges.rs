//! Reads any bytes as `WWW-Authenticate` headers, one per line.
//!
//! `cargo +nightly fuzz run challenges`, in `crates/auth-middleware`.
#![no_main]

use auth_middleware::{Challenge, Challenges};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n').take(100) {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            headers.append(WWW_AUTHENTICATE, value);
        }
    }
    let challenges = Challenges::of(&headers);
    assert!(challenges.iter().count() <= 64);
    assert!(challenges.iter().map(size).sum::<usize>() <= 3 * bytes.len());

    // What was read, written down as the grammar has it, is read as the same.
    let written: Vec<_> = challenges.iter().map(write).collect();
    if let Ok(value) = HeaderValue::from_str(&written.join(", ")) {
        let is_short = value.len() <= 16 * 1024;
        let again = Challenges::of(&HeaderMap::from_iter([(WWW_AUTHENTICATE, value)]));
        assert!(!is_short || again == challenges, "{written:?}");
    }
});

fn size(challenge: &Challenge) -> usize {
    let parameters = challenge.parameters().map(|(name, value)| name.len() + value.len());
    let token68 = challenge.token68().map_or(0, str::len);
    challenge.scheme().len() + token68 + parameters.sum::<usize>()
}

fn write(challenge: &Challenge) -> String {
    let token68 = challenge.token68().map(str::to_owned);
    let parameters = challenge.parameters().map(|(name, value)| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("{name}=\"{value}\"")
    });
    let rest: Vec<_> = token68.into_iter().chain(parameters).collect();
    format!("{} {}", challenge.scheme(), rest.join(", "))
}
