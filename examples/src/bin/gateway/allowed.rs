//! The names and the origins that the command line allows, which would match nothing if they were written otherwise.

use http::uri::Authority;
use url::Url;

use crate::start_error::StartError;

/// The name of a host, as `Host` has it without its port.
pub(crate) fn host(text: &str) -> Result<String, StartError> {
    // Whoever writes `*` wants more than is to be had.
    let is_host = Authority::try_from(text)
        .is_ok_and(|authority| authority.host() == text && !text.contains('*'));
    is_host
        .then(|| text.to_owned())
        .ok_or(StartError::AllowedHost)
}

/// An origin, as browsers write it in `Origin` (RFC 6454 §6.2): no path, and no port that goes without saying.
///
/// `null` is none: every page can have a frame of that name.
pub(crate) fn origin(text: &str) -> Result<String, StartError> {
    let written = Url::parse(text)
        .ok()
        .and_then(|url| as_browsers_write(&url));
    match written {
        Some(written) if written.eq_ignore_ascii_case(text) => Ok(written),
        written => Err(StartError::AllowedOrigin {
            instead: written.unwrap_or_else(|| "http://localhost:3000".to_owned()),
        }),
    }
}

fn as_browsers_write(url: &Url) -> Option<String> {
    let origin = url.origin();
    if origin.is_tuple() {
        return Some(origin.ascii_serialization());
    }
    // Those of extensions and of programs that show pages, which are no origins to a URL parser.
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let port = url.port().map(|port| format!(":{port}"));
    Some(format!(
        "{}://{host}{}",
        url.scheme(),
        port.unwrap_or_default()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it_or_refused() {
        for fine in [
            "http://localhost:3000",
            "https://app.test",
            "HTTPS://App.test",
            "http://[::1]:3000",
            "chrome-extension://abc",
            "tauri://localhost",
        ] {
            let origin = origin(fine).unwrap();
            assert!(origin.eq_ignore_ascii_case(fine), "{fine}: {origin}");
        }
        for (text, instead) in [
            ("http://app.test/", "http://app.test"),
            ("http://app.test:80", "http://app.test"),
            ("http://app.test/page?a#b", "http://app.test"),
            ("http://ada:hunter2@app.test", "http://app.test"),
            ("http://b\u{fc}cher.test", "http://xn--bcher-kva.test"),
            ("tauri://localhost/", "tauri://localhost"),
            ("app.test", "http://localhost:3000"),
            ("app.test:80", "http://localhost:3000"),
            ("null", "http://localhost:3000"),
            ("file:///a", "http://localhost:3000"),
            ("*", "http://localhost:3000"),
            ("", "http://localhost:3000"),
        ] {
            let told = origin(text).unwrap_err().to_string();
            assert!(told.ends_with(&format!("such as {instead}")), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }

    #[test]
    fn a_host_is_a_name_or_an_address_alone() {
        for fine in [
            "sidecar",
            "Sidecar.test",
            "sidecar.",
            "10.1.2.3",
            "[fd00::1]",
        ] {
            assert_eq!(host(fine).unwrap(), fine);
        }
        for refused in [
            "",
            "sidecar:9000",
            "http://sidecar",
            "sidecar/",
            "a@sidecar",
            "fd00::1",
            "*",
        ] {
            assert!(host(refused).is_err(), "{refused}");
        }
    }
}
