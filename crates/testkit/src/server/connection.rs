//! One connection of the fault server: request by request, until one side ends it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::Method;
use tokio::net::TcpStream;

use super::Shared;
use super::behaviour::Behaviour;
use super::head::Head;
use super::received::ReceivedRequest;
use super::response::{self, Delimited};
use super::wire::{ReadError, Wire};
use crate::Reply;
use crate::reply::body::{BodyStep, Played};

/// How a connection goes on after one request.
#[derive(Debug, PartialEq, Eq)]
enum Then {
    KeepAlive,
    Close,
    Reset,
    Gone,
}

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
        match act(&mut wire, behaviour, request.method()).await {
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
    let behaviour = choice.make(request);
    shared.rules().authorize(behaviour, request)
}

async fn act(wire: &mut Wire, behaviour: Behaviour, method: &Method) -> io::Result<Then> {
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
        // The rules have put something else in its place.
        Behaviour::UntilAuthorized(_) => Ok(Then::Close),
    }
}

async fn hang(wire: &mut Wire) -> Then {
    wire.gone().await;
    Then::Gone
}

async fn answer(wire: &mut Wire, mut reply: Reply, method: &Method) -> io::Result<Then> {
    if hold(wire, &mut reply).await == Then::Gone {
        return Ok(Then::Gone);
    }
    let delimited = response::frame(&mut reply, method);
    wire.write(&response::head(&reply)).await?;
    let then = if response::says_close(&reply.headers) {
        Then::Close
    } else {
        Then::KeepAlive
    };
    if delimited == Delimited::NoBody {
        return Ok(then);
    }
    let mut playing = reply.body.play();
    let mut written: u64 = 0;
    loop {
        match playing.advance() {
            Played::Step(BodyStep::Bytes(bytes)) if bytes.is_empty() => {}
            Played::Step(BodyStep::Bytes(bytes)) => {
                written += bytes.len() as u64;
                let bytes = match delimited {
                    Delimited::Chunked => response::chunk(&bytes),
                    _ => bytes,
                };
                wire.write(&bytes).await?;
            }
            Played::Step(BodyStep::Hold(hold)) => {
                if wire.unless_gone(hold.wait()).await.is_none() {
                    return Ok(Then::Gone);
                }
            }
            Played::Complete => break,
            Played::BreakOff => return Ok(Then::Close),
            Played::Stall => return Ok(hang(wire).await),
        }
    }
    match delimited {
        Delimited::Chunked => wire.write(response::LAST_CHUNK).await?,
        // After any other length the two sides would disagree on where the next answer begins.
        Delimited::Length(length) if length != written => return Ok(Then::Close),
        Delimited::AsWritten => return Ok(Then::Close),
        Delimited::Length(_) | Delimited::NoBody => {}
    }
    Ok(then)
}

/// Sends the head and the first `sent` bytes of the body. The connection can't be used for another answer then.
async fn start(wire: &mut Wire, reply: Reply, sent: usize) -> io::Result<Then> {
    let (mut reply, bytes) = response::flatten(reply);
    if hold(wire, &mut reply).await == Then::Gone {
        return Ok(Then::Gone);
    }
    response::frame(&mut reply, &Method::GET);
    wire.write(&response::head(&reply)).await?;
    wire.write(&bytes[..sent.min(bytes.len())]).await?;
    Ok(Then::Close)
}

async fn drip(
    wire: &mut Wire,
    reply: Reply,
    interval: Duration,
    method: &Method,
) -> io::Result<Then> {
    let (reply, bytes): (Reply, Bytes) = response::flatten(reply);
    let length = bytes.len();
    let mut dripping = reply.header("content-length", length);
    dripping.body.steps.clear();
    for index in 0..length {
        dripping = dripping.pause(interval).chunk(bytes.slice(index..=index));
    }
    answer(wire, dripping, method).await
}

async fn hold(wire: &mut Wire, reply: &mut Reply) -> Then {
    for hold in std::mem::take(&mut reply.holds) {
        if wire.unless_gone(hold.wait()).await.is_none() {
            return Then::Gone;
        }
    }
    Then::KeepAlive
}
