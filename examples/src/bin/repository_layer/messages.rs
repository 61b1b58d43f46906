//! The messages of a team as the rest of the program knows them. No word of HTTP leaves this file.

use std::error::Error;
use std::time::Duration;

use facade::{ApiError, Client, ErrorKind};
use serde::{Deserialize, Serialize};

/// A message that has been written.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) id: u64,
    pub(crate) author: String,
    pub(crate) text: String,
}

/// A message that is to be written.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Draft {
    /// It stays the same however often the draft is sent, so that it becomes one message.
    #[serde(skip)]
    pub(crate) name: String,
    pub(crate) text: String,
}

/// What may come of it, in the words of the program.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MessageError {
    #[error("the message is not valid")]
    Invalid(Vec<Objection>),
    #[error("another draft of this name has become a message")]
    NameTaken,
    #[error("nobody is signed in")]
    SignedOut,
    #[error("the messages are out of reach")]
    OutOfReach {
        /// When to come back, if that is known.
        again: Option<Duration>,
        source: Box<dyn Error + Send + Sync>,
    },
    #[error("the messages could not be used")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

/// What is wrong with one part of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Objection {
    pub(crate) part: String,
    pub(crate) reason: String,
}

/// What any call may end with. What one call alone may end with is said there.
impl From<ApiError> for MessageError {
    fn from(error: ApiError) -> Self {
        match error.kind() {
            ErrorKind::SessionEnded | ErrorKind::Unauthorized => Self::SignedOut,
            _ if error.is_transient() => Self::OutOfReach {
                again: error.retry_after(),
                source: error.into(),
            },
            _ => Self::Failed(error.into()),
        }
    }
}

/// The messages of a team.
#[derive(Clone, Debug)]
pub(crate) struct Messages {
    client: Client,
}

impl Messages {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// The message with this id, if there is one.
    pub(crate) async fn find(&self, id: u64) -> Result<Option<Message>, MessageError> {
        let id = id.to_string();
        Ok(self.client.get(["messages", &id]).fetch_optional().await?)
    }

    /// Writes a message. To write the same draft again does no harm.
    pub(crate) async fn write(&self, draft: &Draft) -> Result<Message, MessageError> {
        let post = self.client.post("messages").json(draft);
        let written = post.idempotency_key(draft.name.as_str()).fetch().await;
        written.map_err(|error| match error.code() {
            Some("invalid_message") => MessageError::Invalid(objections(&error)),
            Some("idempotency_key_reused") => MessageError::NameTaken,
            _ => error.into(),
        })
    }
}

fn objections(error: &ApiError) -> Vec<Objection> {
    let fields = error.field_errors().iter();
    let objections = fields.map(|field| Objection {
        part: field.field().trim_start_matches('/').to_owned(),
        reason: field.message().unwrap_or("is not valid").to_owned(),
    });
    objections.collect()
}
