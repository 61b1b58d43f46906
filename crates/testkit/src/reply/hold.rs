//! What an answer or a piece of a body waits for.

use std::time::Duration;

use crate::Gate;

#[derive(Clone, Debug)]
pub(crate) enum Hold {
    For(Duration),
    At(Gate),
}

impl Hold {
    pub(crate) async fn wait(self) {
        match self {
            Self::For(duration) => tokio::time::sleep(duration).await,
            Self::At(gate) => gate.pass().await,
        }
    }
}
