//! `/device`: a user lets a device in, or doesn't (RFC 8628 §3.3).

use std::time::Instant;

use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::device_codes::Decision;
use super::page::Page;
use super::user_code::UserCode;
use crate::demo_api::secret::Secret;
use crate::demo_api::state::Shared;

#[derive(Default, Deserialize)]
pub(super) struct Typed {
    user_code: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Decided {
    user_code: Option<String>,
    username: String,
    password: Secret,
    decision: Word,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Approve,
    Deny,
}

/// Asks for the user code, if it isn't in the query, and for a decision.
pub(super) async fn show(
    State(shared): State<Shared>,
    typed: Result<Query<Typed>, QueryRejection>,
) -> Page {
    let typed = typed.unwrap_or_default().0;
    let code = typed.user_code.as_deref().and_then(UserCode::parse);
    let Some(code) = code else {
        return form(
            StatusCode::OK,
            "Type the code that your device shows.",
            None,
        );
    };
    let codes = shared.device_codes();
    let Ok((client, scope)) = codes.asked_by(&code, Instant::now()) else {
        return nothing_to_decide();
    };
    let text = format!(
        "{client} asks for: {}. Check that your device shows {code}.",
        scope.as_str()
    );
    form(StatusCode::OK, &text, Some(&code))
}

/// Takes the decision of a user who signs in. The code may come in the form or in the query.
pub(super) async fn decide(
    State(shared): State<Shared>,
    typed: Result<Query<Typed>, QueryRejection>,
    form: Result<Form<Decided>, FormRejection>,
) -> Page {
    let (Ok(Query(typed)), Ok(Form(decided))) = (typed, form) else {
        let text = "The form lacks a field, or a decision to approve or deny.";
        return Page::message(StatusCode::BAD_REQUEST, "Not decided", text);
    };
    let code = decided.user_code.or(typed.user_code);
    let Some(code) = code.as_deref().and_then(UserCode::parse) else {
        return self::form(
            StatusCode::BAD_REQUEST,
            "This is no code of a device.",
            None,
        );
    };
    if !shared.accounts.know(&decided.username, &decided.password) {
        shared.counters.logins_rejected.increment();
        let text = "The user name or the password is wrong.";
        return self::form(StatusCode::FORBIDDEN, text, Some(&code));
    }
    let (decision, done) = match decided.decision {
        Word::Approve => {
            let username = decided.username;
            (Decision::Approve { username }, "Your device is signed in.")
        }
        Word::Deny => (Decision::Deny, "Your device was turned away."),
    };
    match shared
        .device_codes()
        .decide(&code, decision, Instant::now())
    {
        Ok(()) => Page::message(StatusCode::OK, "Done", done),
        Err(_) => nothing_to_decide(),
    }
}

fn form(status: StatusCode, text: &str, code: Option<&UserCode>) -> Page {
    let code = code.map(UserCode::to_string).unwrap_or_default();
    // Letters and a hyphen need no escape.
    let input = format!(
        "<p><label>Code <input name=\"user_code\" value=\"{code}\" required></label></p>\n"
    );
    Page::sign_in(status, text, &input)
}

fn nothing_to_decide() -> Page {
    let text = "No device waits with this code. It may have expired.";
    Page::message(StatusCode::NOT_FOUND, "Nothing to decide", text)
}
