//! A server that answers only requests which are signed, as they were signed, and once.

use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, DATE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use crate::signature::{Key, SCHEME, Signed, digest};

/// How far the clocks of the two may differ.
const DATE_LEEWAY: Duration = Duration::from_secs(300);

#[derive(Clone)]
struct Verifier {
    key: Key,
    seen: Arc<Mutex<HashSet<String>>>,
}

/// Starts on a free port, and returns the URL. The first good request finds the server busy.
pub(crate) async fn start(key: Key) -> std::io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let verifier = Verifier {
        key,
        seen: Arc::default(),
    };
    let router = Router::new().fallback(answer).with_state(verifier);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}

async fn answer(
    State(verifier): State<Verifier>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match verifier.verify(&method, &uri, &headers, &body) {
        Ok(1) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Ok(signatures) => format!("signature {signatures} is good").into_response(),
        Err(reason) => {
            let challenge =
                format!(r#"{SCHEME} error="invalid_request", error_description="{reason}""#);
            (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, challenge)]).into_response()
        }
    }
}

impl Verifier {
    /// How many good signatures there were with this one, or why it isn't good.
    fn verify(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<usize, &'static str> {
        let header = |name| headers.get(name)?.to_str().ok();
        let (nonce, code) = header(AUTHORIZATION.as_str())
            .and_then(|value| value.strip_prefix(SCHEME)?.trim_start().split_once('.'))
            .ok_or("it isn't signed")?;
        let date = header(DATE.as_str()).unwrap_or_default();
        if !is_recent(date) {
            return Err("its date is not now");
        }
        let claimed = header("content-digest").unwrap_or_default();
        if claimed != digest(body) {
            return Err("its body is not the one that was signed");
        }
        let signed = Signed {
            method: method.as_str(),
            target: uri.path_and_query().map_or("/", |target| target.as_str()),
            date,
            digest: claimed,
            nonce,
        };
        if !self.key.verify(&signed, code) {
            return Err("its signature is that of another request");
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.insert(nonce.to_owned()) {
            return Err("its signature was used before");
        }
        Ok(seen.len())
    }
}

fn is_recent(date: &str) -> bool {
    let Ok(date) = httpdate::parse_http_date(date) else {
        return false;
    };
    let now = SystemTime::now();
    let apart = now
        .duration_since(date)
        .or_else(|_| date.duration_since(now));
    apart.is_ok_and(|apart| apart <= DATE_LEEWAY)
}
