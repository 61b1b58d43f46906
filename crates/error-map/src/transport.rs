//! From an error of reqwest's to a kind: what broke on the way, whatever reqwest calls it.

mod http2;
mod stage;

pub(crate) use stage::Stage;

use std::error::Error;
use std::io;

use hyper_util::client::legacy;
use url::Url;

use crate::chain::{chain, find};
use crate::{ConnectPhase, ErrorKind, TimeoutPhase, classify};

/// The kind of an error that reqwest came to at this stage of a call for this URL, if that is known. An error of one of our
/// layers within it goes first.
pub(crate) fn kind(error: &(dyn Error + 'static), stage: Stage, url: Option<&Url>) -> ErrorKind {
    // The caller's own body has failed. Whatever it ended with, be it another call's error, did not happen to this one.
    if find::<hyper::Error>(error).is_some_and(is_of_upload) {
        return ErrorKind::Other;
    }
    if let Some(kind) = chain(error).find_map(classify::ours) {
        return kind;
    }
    let failed = Failed {
        error,
        stage,
        // TLS is only spoken there.
        may_be_tls: url.is_none_or(|url| url.scheme() == "https"),
    };
    match stage {
        _ if failed.took_too_long() => ErrorKind::Timeout(failed.phase()),
        _ if failed.is_connecting() => failed.to_connect(),
        Stage::Building => ErrorKind::Builder,
        Stage::Redirecting => ErrorKind::Redirect,
        Stage::Sending | Stage::Transferring | Stage::Decoding => failed.under_way(),
        Stage::Upgrading => ErrorKind::Other,
    }
}

/// hyper counts it as its user's fault, too, that a connection's task has gone with its runtime. It has no other word for that.
fn is_of_upload(error: &hyper::Error) -> bool {
    error.is_user() && error.to_string() != "dispatch task is gone"
}

struct Failed<'a> {
    error: &'a (dyn Error + 'static),
    stage: Stage,
    may_be_tls: bool,
}

impl Failed<'_> {
    /// reqwest's own error for that has no public type, and hyper's neither.
    fn took_too_long(&self) -> bool {
        self.io_kinds().any(|kind| kind == io::ErrorKind::TimedOut)
            || self.says(|text| text == "operation timed out")
    }

    /// reqwest has one error for its two limits on an attempt. A silence that the system or HTTP/2 noticed has its own.
    fn phase(&self) -> TimeoutPhase {
        if self.is_connecting() {
            return TimeoutPhase::Connect;
        }
        match find::<hyper::Error>(self.error) {
            Some(_) => TimeoutPhase::Idle,
            None => TimeoutPhase::Attempt,
        }
    }

    fn is_connecting(&self) -> bool {
        find::<legacy::Error>(self.error).is_some_and(legacy::Error::is_connect)
    }

    fn to_connect(&self) -> ErrorKind {
        // Neither the resolver's errors nor the proxies' have a public type.
        if self.says(|text| text == "error resolving DNS") {
            return ErrorKind::Connect(ConnectPhase::Dns);
        }
        if self.says(|text| PROXY_WANTS_CREDENTIAL.contains(&text)) {
            return ErrorKind::ProxyUnauthorized;
        }
        if self.says(is_of_proxy) {
            return ErrorKind::Connect(ConnectPhase::Proxy);
        }
        let kind = match find(self.error) {
            // HTTP/2 begins with a handshake of its own.
            Some(hyper) => self.of_hyper(hyper),
            None if self.is_tls() => ErrorKind::Tls,
            None => ErrorKind::Reset,
        };
        match kind {
            ErrorKind::Reset => ErrorKind::Connect(ConnectPhase::Server),
            kind => kind,
        }
    }

    fn under_way(&self) -> ErrorKind {
        if let Some(hyper) = find(self.error) {
            return self.of_hyper(hyper);
        }
        // A version that the connection doesn't speak, or a method that can't be sent in it.
        if self.says(|text| text == "client error (UserUnsupportedVersion)") {
            return ErrorKind::Protocol;
        }
        if self.says(|text| text.starts_with("client error (User")) {
            return ErrorKind::Builder;
        }
        if self.stage == Stage::Decoding && self.is_damaged() {
            return ErrorKind::Decode;
        }
        ErrorKind::Reset
    }

    fn of_hyper(&self, hyper: &hyper::Error) -> ErrorKind {
        if let Some(error) = find::<h2::Error>(hyper) {
            return http2::kind(error);
        }
        if hyper.is_parse() {
            return ErrorKind::Protocol;
        }
        // In TLS 1.3 a server may refuse the client's certificate after the handshake.
        if self.is_tls() {
            return ErrorKind::Tls;
        }
        // Chunks that are none. hyper has no other word for them.
        if self.io_kinds().any(is_invalid) {
            return ErrorKind::Protocol;
        }
        ErrorKind::Reset
    }

    /// rustls comes as invalid data within an `io::Error`, the platform's TLS as an error of its own. A handshake that is
    /// cut off is no fault of either. Chunks that are none are invalid data too: words, in an `io::Error` that shows them
    /// quoted.
    fn is_tls(&self) -> bool {
        #[cfg(feature = "native-tls")]
        if let Some(error) = find::<native_tls::Error>(self.error) {
            return self.io_kinds().next().is_none() && error.to_string() != "unexpected EOF";
        }
        let is_words = |io: &io::Error| {
            let words = io.get_ref().map(|words| format!("{words:?}"));
            words.is_some_and(|words| words.starts_with('"'))
        };
        let mut invalid = self
            .ios()
            .filter(|io| io.kind() == io::ErrorKind::InvalidData);
        self.may_be_tls && invalid.any(|io| !is_words(io))
    }

    /// Whether a body that arrived can't be decompressed. reqwest says the same of one that broke off: that has hyper's
    /// error in it, a connection's, or that of a body which is neither reqwest's nor hyper's.
    fn is_damaged(&self) -> bool {
        let mut io = self.io_kinds().peekable();
        if io.peek().is_some() {
            return !io.any(is_of_connection);
        }
        let mut reqwests = chain(self.error).filter_map(|error| error.downcast_ref());
        !reqwests.any(reqwest::Error::is_body)
            || self.says(|text| text.starts_with("there are extra bytes after body"))
    }

    fn ios(&self) -> impl Iterator<Item = &io::Error> {
        chain(self.error).filter_map(|error| error.downcast_ref())
    }

    fn io_kinds(&self) -> impl Iterator<Item = io::ErrorKind> {
        self.ios().map(io::Error::kind)
    }

    fn says(&self, words: impl Fn(&str) -> bool) -> bool {
        chain(self.error).any(|error| words(&error.to_string()))
    }
}

const PROXY_WANTS_CREDENTIAL: [&str; 3] = [
    "tunnel error: proxy authorization required",
    "SOCKS error: credentials not accepted",
    "SOCKS error: server does not support user/pass authentication",
];

fn is_of_proxy(text: &str) -> bool {
    [
        "tunnel error",
        "SOCKS error",
        "error connecting to socks proxy",
    ]
    .iter()
    .any(|beginning| text.starts_with(beginning))
}

fn is_invalid(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
    )
}

fn is_of_connection(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::NotConnected
    )
}
