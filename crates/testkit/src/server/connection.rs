//! One connection of the fault server: request by request, until one side ends it.

use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use tokio::net::TcpStream;

use super::Shared;
use super::behaviour::Behaviour;
use super::head::Head;
use super::play::{Then, answer, drip, hang, start};
use super::received::ReceivedRequest;
use super::wire::{ReadError, Wire};
use super::{response, rules};
use crate::Reply;

pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // Small writes are the point of some faults; they must not be held back.
    let _ = stream.set_nodelay(true);
    let (number, _open) = shared.facts.connected();
    let mut wire = Wire::new(stream);
    loop {
        if wire.wait_for_request().await.is_err() {
            return;
        }
        if shared.rules().resets_before_reading() {
            return wire.reset();
        }
        let (request, keep_alive) = match receive(&mut wire, number, &shared).await {
            Ok(received) => received,
            Err(ReadError::Gone) => return shared.facts.disconnected(),
            Err(ReadError::Malformed) => {
                let head = response::head(&Reply::status(400).header("content-length", "0"));
                let _ = wire.write(&head).await;
                return wire.close().await;
            }
        };
        let behaviour = choose(&request, &shared);
        match act(&mut wire, behaviour, &request, &shared).await {
            Ok(Then::KeepAlive) if keep_alive => {}
            Ok(Then::KeepAlive | Then::Close) => return wire.close().await,
            Ok(Then::Reset) => return wire.reset(),
            // What can't be written any more was not wanted any more.
            Ok(Then::Gone) | Err(_) => return shared.facts.disconnected(),
        }
    }
}

async fn receive(
    wire: &mut Wire,
    connection: u64,
    shared: &Shared,
) -> Result<(ReceivedRequest, bool), ReadError> {
    let Head {
        method,
        target,
        headers,
        framing,
        keep_alive,
        ..
    } = wire.read_head().await?;
    let mut body = BytesMut::new();
    let read = wire
        .read_body(framing, |bytes| {
            shared.facts.body_bytes(bytes.len());
            body.extend_from_slice(&bytes);
        })
        .await;
    let request = ReceivedRequest {
        method,
        target,
        headers,
        body: body.freeze(),
        body_complete: read.is_ok(),
        connection,
    };
    shared.facts.record(request.clone());
    read.map(|()| (request, keep_alive))
}

fn choose(request: &ReceivedRequest, shared: &Shared) -> Behaviour {
    let choice = shared.rules().choose(request.path());
    choice.make(request)
}

async fn act(
    wire: &mut Wire,
    behaviour: Behaviour,
    request: &ReceivedRequest,
    shared: &Shared,
) -> io::Result<Then> {
    let method = request.method();
    match behaviour {
        Behaviour::Answer(reply) => answer(wire, reply, method).await,
        Behaviour::ResetBeforeReading | Behaviour::ResetAfterReading => Ok(Then::Reset),
        Behaviour::CloseEarly => Ok(Then::Close),
        Behaviour::HangBeforeHeaders => Ok(hang(wire).await),
        Behaviour::HangInBody { reply, sent } => match start(wire, reply, sent).await? {
            Then::Gone => Ok(Then::Gone),
            _ => Ok(hang(wire).await),
        },
        Behaviour::Truncate { reply, sent } => start(wire, reply, sent).await,
        Behaviour::SlowDrip { reply, interval } => drip(wire, reply, interval, method).await,
        Behaviour::Garbage(bytes) => {
            wire.write(&bytes).await?;
            Ok(Then::Close)
        }
        Behaviour::UntilAuthorized(then) => {
            let behaviour = if shared.rules().accepts(request) {
                *then
            } else {
                rules::unauthorized().into()
            };
            Box::pin(act(wire, behaviour, request, shared)).await
        }
    }
}
