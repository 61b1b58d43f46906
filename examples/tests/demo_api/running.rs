//! The server as a whole, and the binary.

use std::process::Stdio;

use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode, Url};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::demo::{Demo, header, json};

#[tokio::test]
async fn differences_of_stats_hold_what_happened_in_between_and_not_the_reading() {
    let demo = Demo::start().await;
    let tokens = demo.log_in().await;
    let before = demo.stats().await;
    demo.get_as(&tokens, "/messages/1").await;
    demo.get_as(&tokens, "/messages/2").await;
    demo.get("/nowhere").await;
    demo.post("/admin/expire").await;
    let difference = demo.stats().await.since(&before);
    assert_eq!((difference.requests, difference.logins), (3, 0));
    let routes: Vec<_> = difference
        .requests_by_route
        .iter()
        .map(|(route, count)| (route.as_str(), *count))
        .collect();
    assert_eq!(routes, [("GET /messages/{id}", 2), ("unmatched", 1)]);
    assert_eq!(demo.stats().await.since(&before), difference);
}

#[tokio::test]
async fn shutdown_answers_what_is_under_way_and_dropping_does_not() {
    let demo = Demo::start().await;
    let call = tokio::spawn(demo.request(Method::GET, "/slow?ms=200").send());
    demo.stats_until(|stats| stats.slow_started == 1).await;
    let address = demo.server.address();
    demo.server.shutdown().await;
    assert_eq!(call.await.unwrap().unwrap().status(), StatusCode::OK);
    assert!(tokio::net::TcpStream::connect(address).await.is_err());

    let demo = Demo::start().await;
    let call = tokio::spawn(demo.request(Method::GET, "/slow?ms=60000").send());
    demo.stats_until(|stats| stats.slow_started == 1).await;
    drop(demo.server);
    assert!(call.await.unwrap().is_err());
}

/// The binary, listening on a free port.
struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    url: String,
    client: Client,
}

impl Program {
    async fn start(flags: &[&str]) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_demo-api"));
        program.args(["--listen", "127.0.0.1:0"]).args(flags);
        let program = program.stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = program.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().unwrap();
        let url = line.strip_prefix("demo-api listens on ").unwrap();
        let client = Client::builder().no_proxy().redirect(Policy::none());
        Self {
            url: url.to_owned(),
            child,
            lines,
            client: client.build().unwrap(),
        }
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let request = self.client.post(format!("{}{path}", self.url)).form(form);
        request.send().await.unwrap()
    }

    async fn log_in(&self, username: &str, password: &str) -> Value {
        let login = json!({"username": username, "password": password});
        let request = self.client.post(format!("{}/login", self.url)).json(&login);
        json(request.send().await.unwrap()).await
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_binary_tells_its_address_obeys_its_flags_and_stops_on_ctrl_c() {
    let mut program = Program::start(&[
        "--token-lifetime=5",
        "--reuse-leeway=600",
        "--username=grace",
        "--password=hopper",
    ])
    .await;
    let answer = program.log_in("grace", "hopper").await;
    assert_eq!(answer["expires_in"], 5);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", answer["refresh_token"].as_str().unwrap()),
    ];
    for _ in 0..2 {
        let response = program.post("/oauth/token", &form).await;
        assert_eq!(response.status(), StatusCode::OK);
    }

    let id = program.child.id().unwrap().to_string();
    let interrupt = Command::new("kill").args(["-INT", &id]).status().await;
    assert!(interrupt.unwrap().success());
    assert!(program.child.wait().await.unwrap().success());
    assert_eq!(program.lines.next_line().await.unwrap(), None);
}

#[tokio::test]
async fn the_binary_obeys_its_flags_about_clients_devices_and_codes() {
    let program = Program::start(&[
        "--client-id=robot",
        "--client-secret=asimov",
        "--public-client-id=phone",
        "--device-interval=7",
        "--device-code-lifetime=70",
        "--authorization-code-lifetime=0",
    ])
    .await;
    let phone = [("client_id", "phone")];
    let begun = json(program.post("/oauth/device_authorization", &phone).await).await;
    let told = (&begun["interval"], &begun["expires_in"]);
    assert_eq!(told, (&json!(7), &json!(70)));

    let robot = [
        ("grant_type", "client_credentials"),
        ("client_id", "robot"),
        ("client_secret", "asimov"),
    ];
    let given = program.post("/oauth/token", &robot).await;
    assert_eq!(given.status(), StatusCode::OK);

    let asked = [
        ("response_type", "code"),
        ("client_id", "phone"),
        ("redirect_uri", "http://127.0.0.1:1/"),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
        ("code_challenge_method", "S256"),
    ];
    let page = Url::parse_with_params("http://_/oauth/authorize", asked).unwrap();
    let page = format!("{}?{}", page.path(), page.query().unwrap());
    let yes = [
        ("username", "ada"),
        ("password", "lovelace"),
        ("decision", "approve"),
    ];
    let response = program.post(&page, &yes).await;
    let back = Url::parse(header(&response, LOCATION)).unwrap();
    let (_, code) = back.query_pairs().find(|(name, _)| name == "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "phone"),
        ("redirect_uri", "http://127.0.0.1:1/"),
        ("code", &code),
        (
            "code_verifier",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
    ];
    let late = json(program.post("/oauth/token", &form).await).await;
    assert_eq!(late["error_description"], "the code has expired");
}
