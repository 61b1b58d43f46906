//! Answers that are errors, whatever their bodies do.

use facade::ErrorKind;
use futures_util::future::join_all;
use testkit::{Behaviour, FaultServer, Reply};

use super::Situation;
use super::ways::Call;

struct Answer {
    name: &'static str,
    behaviour: Behaviour,
    kind: ErrorKind,
    text: &'static str,
    is_transient: bool,
}

fn answer(
    name: &'static str,
    behaviour: impl Into<Behaviour>,
    kind: ErrorKind,
    text: &'static str,
    is_transient: bool,
) -> Answer {
    Answer {
        name,
        behaviour: behaviour.into(),
        kind,
        text,
        is_transient,
    }
}

#[rustfmt::skip]
fn answers() -> Vec<Answer> {
    let status = |code| Reply::status(code).body("why");
    let challenge = r#"Bearer error="insufficient_scope""#;
    vec![
        answer("400", status(400), ErrorKind::BadRequest, "bad request (400)", false),
        answer("401", status(401), ErrorKind::Unauthorized, "unauthorized (401)", false),
        answer("402", status(402), ErrorKind::Other, "status 402 Payment Required", false),
        answer("403", status(403), ErrorKind::Forbidden, "forbidden (403)", false),
        answer("403 for want of a scope", status(403).header("www-authenticate", challenge),
            ErrorKind::InsufficientScope, "insufficient scope (403)", false),
        answer("404", status(404), ErrorKind::NotFound, "not found (404)", false),
        answer("405", status(405), ErrorKind::Other, "status 405 Method Not Allowed", false),
        answer("407, of a proxy that passes plain http on", status(407), ErrorKind::ProxyUnauthorized,
            "the proxy wants a credential (407)", false),
        answer("408", status(408), ErrorKind::Other, "status 408 Request Timeout", true),
        answer("409", status(409), ErrorKind::Conflict, "conflict (409)", false),
        answer("410", status(410), ErrorKind::Gone, "gone (410)", false),
        answer("412", status(412), ErrorKind::PreconditionFailed, "precondition failed (412)", false),
        answer("413", status(413), ErrorKind::PayloadTooLarge, "payload too large (413)", false),
        answer("422", status(422), ErrorKind::Unprocessable, "not valid (422)", false),
        answer("429", status(429), ErrorKind::RateLimited, "too many requests (429)", true),
        answer("500", status(500), ErrorKind::Server, "server error (500)", true),
        answer("501", status(501), ErrorKind::Server, "server error (501)", false),
        answer("502", status(502), ErrorKind::Unavailable, "service unavailable (502)", true),
        answer("503", status(503), ErrorKind::Unavailable, "service unavailable (503)", true),
        answer("504", status(504), ErrorKind::Unavailable, "service unavailable (504)", true),
        answer("511", status(511), ErrorKind::Server, "server error (511)", false),
        answer("an error's body that never ends", Reply::status(404).chunk("and so on ").then_repeat(),
            ErrorKind::NotFound, "not found (404)", false),
    ]
}

pub(super) async fn situations() -> Vec<Situation> {
    let server = FaultServer::start().await.unwrap();
    join_all(
        answers()
            .into_iter()
            .enumerate()
            .map(async |(index, answer)| {
                let path = format!("/{index}");
                server.on(&path, answer.behaviour);
                let call = Call::to(server.url_of(&path));
                call.is_answered(answer.name, answer.kind, answer.text, answer.is_transient)
                    .await
            }),
    )
    .await
}
