//! Why a request went on without a credential, for who wonders about the refusal.

use request_context::OriginAllowList;
use reqwest::Response;

/// What kept the credential off a request.
#[derive(Clone, Copy)]
pub(crate) enum Untouched {
    /// Its origin is not allowed, or its caller wanted it so.
    NotAdmitted,
    /// There was none.
    NoCredential,
    /// It had one of the caller's own.
    SetAlready,
}

impl Untouched {
    /// Tells why a request that was refused had no credential, unless its caller knows. It is told on refusals alone, at level
    /// debug and without anything of the URL but its host.
    pub(crate) fn trace(self, refusal: &Response, origins: &OriginAllowList) {
        let url = refusal.url();
        let reason = match self {
            Self::NoCredential => "there was none",
            Self::NotAdmitted if origins.allows(url) => return,
            Self::NotAdmitted if origins.clone().allow_insecure(true).allows(url) => {
                "it would go over plain http to another machine"
            }
            Self::NotAdmitted => "its origin is not allowed",
            Self::SetAlready => return,
        };
        tracing::debug!(
            server.address = url.host_str(),
            http.response.status_code = refusal.status().as_u16(),
            reason,
            "the request was refused, and carried no credential of this layer",
        );
    }
}
