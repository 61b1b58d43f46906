//! Bodies that are not what was asked for.

use facade::{BodyTooLarge, DecodeError, ErrorKind};
use stack_tests::builder;
use testkit::{FaultServer, Reply};

use super::ways::{Call, Way};
use super::{Situation, from};

pub(super) async fn situations() -> Vec<Situation> {
    let server = FaultServer::start().await.unwrap();
    let mut situations = Vec::new();
    for (name, body) in [
        ("JSON of another form", r#"{"name": "ada"}"#),
        ("JSON that ends too early", r"[1, 2"),
        ("a page in place of JSON", "<html>please sign in</html>"),
        ("nothing in place of JSON", " "),
    ] {
        server.on(format!("/{}", situations.len()), Reply::json(200, body));
        let call = Call::to(server.url_of(&format!("/{}", situations.len()))).for_json();
        let (kind, text) = (ErrorKind::Decode, "the body could not be decoded");
        situations.push(call.is(name, kind, text, false, from::<DecodeError>).await);
    }
    situations.push(too_large(&server).await);
    situations
}

async fn too_large(server: &FaultServer) -> Situation {
    server.on("/large", Reply::status(200).body("0123456789"));
    let client = builder(server.url()).body_limit(5).build().unwrap();
    let response = client.get("large").send().await.unwrap();
    Situation {
        name: "a body beyond the limit",
        kind: ErrorKind::TooLarge,
        text: "the body is too large",
        is_transient: false,
        has_source: from::<BodyTooLarge>,
        told: vec![(Way::Facade, response.bytes().await.unwrap_err())],
    }
}
