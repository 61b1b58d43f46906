//! A reply played to the other side of a connection.

use std::io;
use std::time::Duration;

use http::Method;

use super::response::{self, Delimited};
use super::wire::Wire;
use crate::Reply;
use crate::reply::body::{BodyStep, Played};

/// How a connection goes on after one request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Then {
    KeepAlive,
    Close,
    Reset,
    Gone,
}

pub(super) async fn answer(wire: &mut Wire, mut reply: Reply, method: &Method) -> io::Result<Then> {
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
pub(super) async fn start(wire: &mut Wire, reply: Reply, sent: usize) -> io::Result<Then> {
    let (mut reply, bytes) = response::flatten(reply);
    if hold(wire, &mut reply).await == Then::Gone {
        return Ok(Then::Gone);
    }
    response::frame(&mut reply, &Method::GET);
    wire.write(&response::head(&reply)).await?;
    wire.write(&bytes[..sent.min(bytes.len())]).await?;
    Ok(Then::Close)
}

pub(super) async fn drip(
    wire: &mut Wire,
    reply: Reply,
    interval: Duration,
    method: &Method,
) -> io::Result<Then> {
    let (reply, bytes) = response::flatten(reply);
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

pub(super) async fn hang(wire: &mut Wire) -> Then {
    wire.gone().await;
    Then::Gone
}
