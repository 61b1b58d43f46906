//! Middleware that takes the place of the network and answers from a script.

mod answer;
mod log;
mod middleware;
mod offline;
mod played_body;
mod record;
mod script;
mod sent;

use std::sync::{Arc, Mutex, PoisonError};

use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};

use crate::Reply;
pub use answer::Answer;
use log::Log;
use script::Script;
pub use script::ScriptExhausted;
pub use sent::SentRequest;

/// Innermost middleware that takes the place of the network: it answers from a script and records what was sent.
///
/// Add it last, so that it stands under every layer that is tested; the client below it is never used. Answers are given
/// in the order in which they were written, one per request, whatever the request is. When they are used up, the fallback
/// answers ([`otherwise`](Self::otherwise) or [`respond_with`](Self::respond_with)); without one the request fails with
/// [`ScriptExhausted`].
///
/// It opens no socket, and all its waits are tokio's, so that `#[tokio::test(start_paused = true)]` governs it. A timeout
/// set on the request ends it as it would in reqwest, also in the middle of the body.
///
/// Clones are handles on one transport: a test gives one to the client and keeps another.
///
/// ```
/// use testkit::{Reply, ScriptedTransport};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), reqwest_middleware::Error> {
/// let transport = ScriptedTransport::new()
///     .reply(Reply::status(503).header("retry-after", "1"))
///     .reply(Reply::json(200, r#"{"ok":true}"#));
/// let client = transport.client();
///
/// assert_eq!(client.get("http://api.test/a").send().await?.status(), 503);
/// assert_eq!(client.get("http://api.test/a").send().await?.text().await?, r#"{"ok":true}"#);
/// transport.assert_count(2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ScriptedTransport {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    log: Log,
    script: Mutex<Script>,
}

impl ScriptedTransport {
    /// Makes a transport with an empty script.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers the next request with this reply.
    pub fn reply(self, reply: Reply) -> Self {
        self.then(reply)
    }

    /// Answers the next `times` requests with this reply.
    pub fn repeat(self, times: usize, reply: &Reply) -> Self {
        for _ in 0..times {
            self.push(reply.clone());
        }
        self
    }

    /// Fails the next request with `error`, as [`Answer::fail`] does.
    pub fn fail<E>(self, error: E) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        self.then(Answer::fail(error))
    }

    /// Lets the next request hang for ever, or until its own timeout.
    pub fn hang(self) -> Self {
        self.then(Answer::hang())
    }

    /// Gives the next request this answer.
    pub fn then(self, answer: impl Into<Answer>) -> Self {
        self.push(answer);
        self
    }

    /// Answers every request beyond the script with this reply. It replaces an earlier fallback.
    pub fn otherwise(self, reply: Reply) -> Self {
        self.respond_with(move |_| reply.clone())
    }

    /// Answers every request beyond the script with what `respond` makes of it. It replaces an earlier fallback.
    ///
    /// ```
    /// use testkit::{Reply, ScriptedTransport};
    ///
    /// let transport = ScriptedTransport::new().respond_with(|request| {
    ///     match request.header("authorization") {
    ///         Some("Bearer new") => Reply::status(200),
    ///         _ => Reply::status(401),
    ///     }
    /// });
    /// # drop(transport);
    /// ```
    pub fn respond_with<F, A>(self, respond: F) -> Self
    where
        F: Fn(&SentRequest) -> A + Send + Sync + 'static,
        A: Into<Answer>,
    {
        let respond = Arc::new(move |sent: &SentRequest| respond(sent).into());
        self.with_script(|script| script.fall_back_on(respond));
        self
    }

    /// Adds an answer to the end of the script, while it is in use.
    pub fn push(&self, answer: impl Into<Answer>) {
        let answer = answer.into();
        self.with_script(|script| script.push(answer));
    }

    /// Returns how many answers of the script are not used yet.
    #[must_use]
    pub fn answers_left(&self) -> usize {
        self.with_script(|script| script.left())
    }

    /// Makes a client with this transport alone.
    ///
    /// # Panics
    ///
    /// When reqwest can't build a client, which happens where TLS is on and the system has no certificate store.
    #[track_caller]
    #[must_use]
    pub fn client(&self) -> ClientWithMiddleware {
        self.client_with(|builder| builder)
    }

    /// Makes a client with the layers that `layers` adds, outermost first, and this transport under them.
    ///
    /// The reqwest client at the bottom reaches no network.
    ///
    /// # Panics
    ///
    /// As [`client`](Self::client).
    #[track_caller]
    #[must_use]
    #[allow(clippy::panic, reason = "a test tool may fail the test")]
    pub fn client_with<F>(&self, layers: F) -> ClientWithMiddleware
    where
        F: FnOnce(ClientBuilder) -> ClientBuilder,
    {
        match offline::client() {
            Ok(client) => self.under(layers(ClientBuilder::new(client))),
            Err(error) => panic!("reqwest can't build a client: {error:?}"),
        }
    }

    /// Adds this transport under the layers of `builder` and builds the client.
    #[must_use]
    pub fn under(&self, builder: ClientBuilder) -> ClientWithMiddleware {
        builder.with(self.clone()).build()
    }

    fn with_script<T>(&self, edit: impl FnOnce(&mut Script) -> T) -> T {
        let mut script = self
            .shared
            .script
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        edit(&mut script)
    }
}
