//! What breaks on a connection.

use std::io;
use std::time::Duration;

use facade::{ApiError, ErrorKind, RedirectRefusal, RedirectRefused};
use futures_util::future::join_all;
use futures_util::stream;
use reqwest::Body;
use testkit::{Behaviour, FaultServer, Reply};

use super::ways::{Call, REDIRECTS, Way};
use super::{SILENCE, Situation, from};

const RESET: (ErrorKind, &str) = (ErrorKind::Reset, "the connection broke");
const PROTOCOL: (ErrorKind, &str) = (ErrorKind::Protocol, "HTTP protocol error");
const SILENT: (ErrorKind, &str) = (SILENCE, "nothing came for too long");
const REDIRECT: (ErrorKind, &str) = (ErrorKind::Redirect, "the redirect was not followed");

type HasSource = fn(&ApiError) -> bool;

fn was_reset(error: &ApiError) -> bool {
    let io = error.find_source::<io::Error>();
    io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionReset)
}

/// By reqwest, or by the layer that the facade has in its place.
fn was_refused(error: &ApiError) -> bool {
    let by_layer = error.find_source::<RedirectRefused>();
    by_layer.map_or_else(
        || from::<reqwest::Error>(error),
        |refused| refused.reason() == RedirectRefusal::Loop,
    )
}

#[rustfmt::skip]
fn faults() -> Vec<(&'static str, Behaviour, (ErrorKind, &'static str), HasSource)> {
    let by_reqwest = from::<reqwest::Error> as HasSource;
    let reply = || Reply::status(200).body("0123456789");
    let chunk = || Reply::status(200).chunk("01234");
    let cut = Behaviour::Truncate { reply: reply(), sent: 5 };
    let hangs = Behaviour::HangInBody { reply: reply(), sent: 5 };
    let raw = |text: &'static str| Behaviour::Garbage(text.into());
    let to = |location| Reply::status(302).header("location", location).into();
    vec![
        ("a reset before an answer", Behaviour::ResetAfterReading, RESET, was_reset),
        ("a connection closed before an answer", Behaviour::CloseEarly, RESET, by_reqwest),
        ("a head that breaks off", raw("HTTP/1.1 200 OK\r\nx-a"), RESET, by_reqwest),
        ("a body that is cut", cut, RESET, by_reqwest),
        ("chunks that break off", chunk().then_break_off().into(), RESET, by_reqwest),
        ("an answer that is not HTTP", Behaviour::garbage(), PROTOCOL, by_reqwest),
        ("a header that is none", raw("HTTP/1.1 200 OK\r\nx y: z\r\n\r\n"), PROTOCOL, by_reqwest),
        ("chunks that are none", raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nmany\r\n"), PROTOCOL, by_reqwest),
        ("a server that is silent", Behaviour::HangBeforeHeaders, SILENT, by_reqwest),
        ("a body that hangs", hangs, SILENT, by_reqwest),
        ("chunks that stop coming", chunk().then_stall().into(), SILENT, by_reqwest),
        ("a redirect to itself", to("/11"), REDIRECT, was_refused),
    ]
}

fn breaks() -> Body {
    fails(io::Error::other("the disk is gone"))
}

/// With an error that would be one of TLS if it came from a connection.
fn is_damaged() -> Body {
    fails(io::ErrorKind::InvalidData.into())
}

fn fails(error: io::Error) -> Body {
    Body::wrap_stream(stream::iter([Ok("first"), Err(error)]))
}

pub(super) async fn situations() -> Vec<Situation> {
    let server = FaultServer::start().await.unwrap();
    let faults = faults().into_iter().enumerate();
    let faults = faults.map(
        async |(index, (name, behaviour, (kind, text), has_source))| {
            let path = format!("/{index}");
            server.on(&path, behaviour);
            let call = Call::to(server.url_of(&path));
            let comes_before_headers = !name.contains("body") && !name.starts_with("chunks");
            let call = match kind {
                // Long enough for a request, and its headers, to arrive on a busy machine.
                SILENCE => call.within(Duration::from_secs(3)),
                _ => call,
            };
            let is_transient = matches!(kind, ErrorKind::Reset | SILENCE);
            let situation = call.is(name, kind, text, is_transient, has_source).await;
            let expected = Way::ALL.map(|way| match kind {
                // What may pass by itself is tried again, as long as there is no answer.
                _ if way == Way::Full && is_transient && comes_before_headers => 2,
                // The layer knows a loop when it sees one: first with the query, then without.
                ErrorKind::Redirect if way.is_facade() => 2,
                ErrorKind::Redirect => 1 + REDIRECTS,
                _ => 1,
            });
            let times = server.count_of(&path);
            let expected: usize = expected.iter().sum();
            assert_eq!(times, expected, "{name}: nothing else is sent twice");
            situation
        },
    );
    let mut situations = join_all(faults).await;
    let other = FaultServer::start().await.unwrap();
    other.otherwise(Behaviour::ResetBeforeReading);
    let reset = Call::to(other.url());
    let (kind, text) = RESET;
    let name = "a reset before the request was read";
    situations.push(reset.is(name, kind, text, true, was_reset).await);
    let uploads: [(_, fn() -> Body); 2] = [
        ("a request body that fails", breaks),
        ("a request body that is damaged", is_damaged),
    ];
    for (name, body) in uploads {
        let upload = Call::to(server.url_of("/upload")).with_body(body);
        let (kind, text) = (ErrorKind::Other, "the request failed");
        let mut upload = upload.is(name, kind, text, false, from::<io::Error>).await;
        // reqwest-retry refuses a body that it can't clone.
        upload.told.retain(|(way, _)| *way != Way::Stock);
        situations.push(upload);
    }
    situations
}
