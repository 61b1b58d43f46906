//! Who may call: programs, and no web page that hasn't been asked.
//!
//! The gateway adds a credential to whatever it is sent, and every page in a browser on this machine can send to it. So a
//! request has to be addressed to it by a name that no stranger can point here (DNS rebinding), and must not come from a page
//! of another origin.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::header::{HOST, HeaderName, HeaderValue, ORIGIN};
use http::request::Parts;
use http::uri::Authority;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The names by which the gateway may be called, and the pages that may call it.
#[derive(Clone, Debug)]
pub(crate) struct Admission {
    hosts: Vec<String>,
    origins: Vec<String>,
    any_address: bool,
}

/// Why a request is not forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It has no one host that it is addressed to.
    NoHost,
    /// It is addressed to a name that isn't the gateway's.
    OtherHost,
    /// It comes from a page of another origin.
    OtherOrigin,
}

impl Admission {
    /// Admits what is addressed to `localhost`, to a loopback address, or to one of these names, and pages of these origins.
    pub(crate) fn new(
        hosts: impl IntoIterator<Item = String>,
        origins: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            hosts: hosts.into_iter().collect(),
            origins: origins.into_iter().collect(),
            any_address: false,
        }
    }

    /// Admits what is addressed to another machine's address too. Not to `0.0.0.0` or `[::]`, which is no machine's.
    ///
    /// Browsers leave `Sec-Fetch-Site` out there, for the connection is plain HTTP and not to this machine (Fetch Metadata
    /// Request Headers §2), and `Origin` out of a page's plain `GET`.
    pub(crate) fn at_any_address(self, any_address: bool) -> Self {
        Self {
            any_address,
            ..self
        }
    }

    pub(crate) fn check(&self, request: &Parts) -> Result<(), Refusal> {
        let authority = authority(request).ok_or(Refusal::NoHost)?;
        if !self.is_ours(authority.host()) {
            return Err(Refusal::OtherHost);
        }
        if self.is_from_another_origin(request, &authority) {
            return Err(Refusal::OtherOrigin);
        }
        Ok(())
    }

    /// An address can't be rebound, and no name below `localhost` leaves this machine (RFC 6761 §6.3). But `0.0.0.0` leads
    /// here as well, and browsers don't tell which page sent something there.
    fn is_ours(&self, host: &str) -> bool {
        let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let is_our_address = |address: IpAddr| {
            address.is_loopback() || (self.any_address && !address.is_unspecified())
        };
        address(&name).is_some_and(is_our_address)
            || name == "localhost"
            || name.ends_with(".localhost")
            || self
                .hosts
                .iter()
                .any(|host| host.eq_ignore_ascii_case(&name))
    }

    /// What a browser says of where a request comes from. To this machine browsers say it in one of these headers at least,
    /// and pages can't change them; other programs send neither.
    fn is_from_another_origin(&self, request: &Parts, authority: &Authority) -> bool {
        let origin = request.headers.get(ORIGIN).map(HeaderValue::as_bytes);
        let is_asked = |origin: &[u8]| {
            let mut asked = self.origins.iter();
            asked.any(|asked| asked.as_bytes().eq_ignore_ascii_case(origin))
        };
        if origin.is_some_and(is_asked) {
            return false;
        }
        match request.headers.get(SEC_FETCH_SITE) {
            // `none` is a person who typed the address.
            Some(site) => site != "same-origin" && site != "none",
            None => origin.is_some_and(|origin| {
                let own = format!("http://{authority}");
                !own.as_bytes().eq_ignore_ascii_case(origin)
            }),
        }
    }
}

/// The address that a host is, if it is no name.
fn address(host: &str) -> Option<IpAddr> {
    let bracketed = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    match bracketed {
        Some(address) => address.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => host.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
    }
}

/// Where the request is addressed to. That of an absolute target goes before `Host` (RFC 9112 §3.2.2).
fn authority(request: &Parts) -> Option<Authority> {
    let mut hosts = request.headers.get_all(HOST).into_iter();
    let host = hosts.next()?;
    if hosts.next().is_some() {
        return None;
    }
    match request.uri.authority() {
        Some(authority) => Some(authority.clone()),
        None => Authority::try_from(host.as_bytes()).ok(),
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn request(target: &str, lines: &[(&str, &str)]) -> Parts {
        let mut request = Request::get(target);
        for (name, value) in lines {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn check(lines: &[(&str, &str)]) -> Result<(), Refusal> {
        let hosts = ["api.test".to_owned(), "sidecar".to_owned()];
        let origins = ["http://localhost:3000".to_owned()];
        Admission::new(hosts, origins).check(&request("/", lines))
    }

    #[test]
    fn it_is_called_by_a_loopback_address_by_localhost_or_by_a_name_it_was_given() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:9000",
            "127.1.2.3:80",
            "[::1]:9000",
            "localhost",
            "LocalHost:9000",
            "localhost.:9000",
            "app.localhost:9000",
            "api.test",
            "API.test.:443",
            "sidecar:9000",
        ] {
            assert_eq!(check(&[("host", host)]), Ok(()), "{host}");
        }
    }

    #[test]
    fn a_name_that_a_stranger_can_point_here_is_refused() {
        for host in [
            "evil.test",
            "evil.test:9000",
            "127.0.0.1.evil.test",
            "localhost.evil.test",
            "evillocalhost",
            "api.test.evil.test",
            "127.0.0.1x",
            "[evil.test]",
        ] {
            assert_eq!(check(&[("host", host)]), Err(Refusal::OtherHost), "{host}");
        }
    }

    #[test]
    fn an_address_to_which_browsers_do_not_tell_the_page_is_refused_unless_any_may_be_used() {
        for (host, with_any) in [
            ("10.1.2.3:9000", Ok(())),
            ("[fd00::1]:9000", Ok(())),
            ("[::ffff:127.0.0.1]:9000", Ok(())),
            ("127.0.0.1:9000", Ok(())),
            ("0.0.0.0:9000", Err(Refusal::OtherHost)),
            ("[::]:9000", Err(Refusal::OtherHost)),
            ("evil.test:9000", Err(Refusal::OtherHost)),
        ] {
            let request = request("/", &[("host", host)]);
            let any = Admission::new([], []).at_any_address(true);
            assert_eq!(any.check(&request), with_any, "{host}");
            let loopback = Admission::new([], []).check(&request);
            assert_eq!(loopback.is_ok(), host.starts_with("127."), "{host}");
        }
        let named = Admission::new(["10.1.2.3".to_owned()], []);
        let request = request("/", &[("host", "10.1.2.3:9000")]);
        assert_eq!(named.check(&request), Ok(()), "it was asked for");
    }

    #[test]
    fn a_request_without_one_host_is_refused() {
        for lines in [
            &[][..],
            &[("host", "")],
            &[("host", "local host")],
            &[("host", "localhost"), ("host", "localhost")],
        ] {
            assert_eq!(check(lines), Err(Refusal::NoHost), "{lines:?}");
        }
    }

    #[test]
    fn an_absolute_target_goes_before_the_host() {
        let check = |target| {
            let request = request(target, &[("host", "localhost:9000")]);
            Admission::new([], []).check(&request)
        };
        assert_eq!(check("http://127.0.0.1:9000/a"), Ok(()));
        assert_eq!(check("http://evil.test/a"), Err(Refusal::OtherHost));
    }

    #[test]
    fn pages_of_other_origins_are_refused() {
        let host = ("host", "localhost:9000");
        for lines in [
            &[("origin", "http://evil.test")][..],
            &[("origin", "null")],
            &[("origin", "https://localhost:9000")],
            &[("origin", "http://localhost:9001")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "anything")],
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://localhost:9000"),
            ],
        ] {
            let lines: Vec<_> = lines.iter().copied().chain([host]).collect();
            assert_eq!(check(&lines), Err(Refusal::OtherOrigin), "{lines:?}");
        }
    }

    #[test]
    fn programs_and_pages_that_were_asked_are_admitted() {
        let host = ("host", "localhost:9000");
        for lines in [
            &[][..],
            &[("origin", "http://localhost:9000")],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            &[("origin", "http://localhost:3000")],
            &[
                ("sec-fetch-site", "same-site"),
                ("origin", "http://localhost:3000"),
            ],
        ] {
            let lines: Vec<_> = lines.iter().copied().chain([host]).collect();
            assert_eq!(check(&lines), Ok(()), "{lines:?}");
        }
    }
}
