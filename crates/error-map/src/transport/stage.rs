//! How far a call was, by reqwest's account.

/// How far a call was when it failed, by reqwest's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Building,
    Redirecting,
    /// Up to the headers of the answer.
    Sending,
    Transferring,
    /// Reading the answer's body, whatever is wrong with it.
    Decoding,
    Upgrading,
}

/// What the text of a `reqwest::Error` begins with.
const TEXTS: [(&str, Stage); 6] = [
    ("builder error", Stage::Building),
    ("error following redirect", Stage::Redirecting),
    ("error sending request", Stage::Sending),
    ("request or response body error", Stage::Transferring),
    ("error decoding response body", Stage::Decoding),
    ("error upgrading connection", Stage::Upgrading),
];

impl Stage {
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        match error {
            error if error.is_builder() => Self::Building,
            error if error.is_redirect() => Self::Redirecting,
            error if error.is_request() => Self::Sending,
            error if error.is_body() => Self::Transferring,
            error if error.is_decode() => Self::Decoding,
            _ => Self::Upgrading,
        }
    }

    /// The stage of the `reqwest::Error` with this text.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (_, stage) = TEXTS.iter().find(|(beginning, _)| {
            let rest = text.strip_prefix(beginning);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" for url ("))
        })?;
        Some(*stage)
    }
}
