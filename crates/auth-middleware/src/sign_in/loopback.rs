//! Redirects to the user's own machine (RFC 8252 §7.3).

mod listener;
mod page;
mod request_head;
mod verdict;

pub(crate) use listener::{LoopbackListener, Texts};
pub(crate) use verdict::{Answer, Expected};

/// How the redirect URI names the user's own machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Loopback {
    /// `127.0.0.1`, which servers must allow with any port (RFC 8252 §7.3).
    #[default]
    V4,
    /// `[::1]`, for machines without IPv4.
    V6,
    /// `localhost`, for servers that know nothing else. Both addresses are listened on. A name can be made to lead elsewhere,
    /// so an address is better (RFC 8252 §8.3).
    Localhost,
}

impl Loopback {
    pub(crate) fn host(self) -> &'static str {
        match self {
            Self::V4 => "127.0.0.1",
            Self::V6 => "[::1]",
            Self::Localhost => "localhost",
        }
    }
}
