//! Who may call: programs, and no web page that hasn't been asked.
//!
//! The gateway adds a credential to whatever it is sent, and every page in a browser on this machine can send to it. So a
//! request has to be addressed to it by a name that no stranger can point here (DNS rebinding), and must not come from a page
//! of another origin.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::header::{HOST, HeaderName, HeaderValue, ORIGIN};
use http::request::Parts;
use http::uri::{Authority, Scheme};

use crate::allowed;
use crate::arguments::Arguments;
use crate::start_error::StartError;
use crate::upstream::Upstream;

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
    /// Admits what the arguments allow, and what is addressed by the upstream's name: who calls so, as one may with
    /// `--keep-host`, was led here on purpose.
    pub(crate) fn of(arguments: &Arguments, upstream: &Upstream) -> Result<Self, StartError> {
        let hosts = arguments.allow_host.iter().map(|text| allowed::host(text));
        let mut hosts: Vec<_> = hosts.collect::<Result<_, _>>()?;
        hosts.extend(upstream.base().host_str().map(str::to_owned));
        let origins = arguments.allow_origin.iter();
        let origins: Vec<_> = origins
            .map(|text| allowed::origin(text))
            .collect::<Result<_, _>>()?;
        Ok(Self::new(hosts, origins).at_any_address(arguments.allow_remote))
    }

    /// Admits what is addressed to `localhost`, to a loopback address, or to one of these names, and pages of these origins.
    fn new(
        hosts: impl IntoIterator<Item = String>,
        origins: impl IntoIterator<Item = String>,
    ) -> Self {
        let rooted = |host: String| host.strip_suffix('.').map(str::to_owned).unwrap_or(host);
        Self {
            hosts: hosts.into_iter().map(rooted).collect(),
            origins: origins.into_iter().collect(),
            any_address: false,
        }
    }

    /// Admits what is addressed to another machine's address too. Not to `0.0.0.0` or `[::]`, which is no machine's.
    ///
    /// Browsers leave `Sec-Fetch-Site` out there, for the connection is plain HTTP and not to this machine (Fetch Metadata
    /// Request Headers §2), and `Origin` out of a page's plain `GET`.
    fn at_any_address(self, any_address: bool) -> Self {
        Self {
            any_address,
            ..self
        }
    }

    /// The host and port that the request is addressed to, which are the gateway's.
    pub(crate) fn check(&self, request: &Parts) -> Result<Authority, Refusal> {
        let authority = authority(request).ok_or(Refusal::NoHost)?;
        // What is asked for over TLS must not be answered without (RFC 9110 §7.4).
        let is_plain = request
            .uri
            .scheme()
            .is_none_or(|scheme| *scheme == Scheme::HTTP);
        if !is_plain || !self.is_ours(authority.host()) {
            return Err(Refusal::OtherHost);
        }
        if self.is_from_another_origin(request, &authority) {
            return Err(Refusal::OtherOrigin);
        }
        Ok(authority)
    }

    /// An address can't be rebound, and no name below `localhost` leaves this machine (RFC 6761 §6.3). But `0.0.0.0` leads
    /// here as well, and browsers don't tell which page sent something there.
    fn is_ours(&self, host: &str) -> bool {
        let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let is_our_address = |address: IpAddr| {
            address.is_loopback() || (self.any_address && !address.to_canonical().is_unspecified())
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
    let authority = match request.uri.authority() {
        Some(authority) => authority.clone(),
        None => Authority::try_from(host.as_bytes()).ok()?,
    };
    is_host_and_port(&authority).then_some(authority)
}

/// Whether there is nothing else to it: a user before the host is no part of `Host` (RFC 9110 §7.2).
fn is_host_and_port(authority: &Authority) -> bool {
    let rest = authority.as_str().strip_prefix(authority.host());
    rest.is_some_and(|rest| {
        let port = rest.strip_prefix(':').unwrap_or(rest);
        port.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests;
