//! Challenges as servers write them: the RFCs' own examples, odd ones, and any that the grammar allows.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use auth_middleware::Challenges;
use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderValue};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn read(headers: &[&[u8]]) -> Challenges {
    let mut map = HeaderMap::new();
    for header in headers {
        map.append(WWW_AUTHENTICATE, HeaderValue::from_bytes(header).unwrap());
    }
    Challenges::of(&map)
}

/// `Scheme`, `Scheme token68` or `Scheme name=value|name=value`, one challenge per entry.
fn told(challenges: &Challenges) -> Vec<String> {
    challenges
        .iter()
        .map(|challenge| {
            let parameters: Vec<_> = challenge
                .parameters()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let words = [
                challenge.scheme(),
                challenge.token68().unwrap_or_default(),
                &parameters.join("|"),
            ];
            words
                .join(" ")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

#[test]
fn the_examples_of_the_rfcs_are_read_as_they_are_meant() {
    let table: [(&str, &[&str]); 11] = [
        // RFC 9110 §11.6.1
        (
            r#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#,
            &[
                "Basic realm=simple",
                r#"Newauth realm=apps|type=1|title=Login to "apps""#,
            ],
        ),
        // RFC 7235 §4.1
        (
            r#"Newauth realm="apps", type=1, title="Login to \"apps\"", Basic realm="simple""#,
            &[
                r#"Newauth realm=apps|type=1|title=Login to "apps""#,
                "Basic realm=simple",
            ],
        ),
        // RFC 6750 §3
        (r#"Bearer realm="example""#, &["Bearer realm=example"]),
        (
            r#"Bearer realm="example", error="invalid_token", error_description="The access token expired""#,
            &[
                "Bearer realm=example|error=invalid_token|error_description=The access token expired",
            ],
        ),
        // RFC 7617 §2 and §2.1
        (r#"Basic realm="WallyWorld""#, &["Basic realm=WallyWorld"]),
        (
            r#"Basic realm="foo", charset="UTF-8""#,
            &["Basic realm=foo|charset=UTF-8"],
        ),
        // RFC 7616 §3.9.1
        (
            r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#,
            &[
                "Digest realm=http-auth@example.org|qop=auth, auth-int|algorithm=SHA-256|nonce=7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v|opaque=FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
            ],
        ),
        // RFC 4559 §5
        (
            "Negotiate a87421000492aa874209af8bc028",
            &["Negotiate a87421000492aa874209af8bc028"],
        ),
        // RFC 9449 §7.1 and §9
        (r#"DPoP algs="ES256 PS256""#, &["DPoP algs=ES256 PS256"]),
        (
            r#"DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof""#,
            &[
                "DPoP error=use_dpop_nonce|error_description=Resource server requires nonce in DPoP proof",
            ],
        ),
        // RFC 9470 §3
        (
            r#"Bearer error="insufficient_user_authentication", error_description="A different authentication level is required", acr_values="myACR""#,
            &[
                "Bearer error=insufficient_user_authentication|error_description=A different authentication level is required|acr_values=myACR",
            ],
        ),
    ];
    for (header, expected) in table {
        assert_eq!(told(&read(&[header.as_bytes()])), expected, "{header}");
    }
}

/// Whether each of these headers is read as these challenges.
fn assert_read(table: &[(&[u8], &[&str])]) {
    for (header, expected) in table {
        let shown = String::from_utf8_lossy(header);
        assert_eq!(told(&read(&[header])), *expected, "{shown}");
    }
}

#[test]
fn bare_schemes_space_and_tokens_are_read_as_the_grammar_has_them() {
    assert_read(&[
        // Nothing, and next to nothing.
        (b"", &[]),
        (b" ", &[]),
        (b",", &[]),
        (b" , ,, ", &[]),
        (b"\"", &[]),
        (b"\"\\", &[]),
        (b"=", &[]),
        (b"\xff\xfe", &[]),
        // Bare schemes.
        (b"Basic", &["Basic"]),
        (b"Basic,Bearer", &["Basic", "Bearer"]),
        (b",Basic , Bearer,", &["Basic", "Bearer"]),
        (b"Negotiate, NTLM", &["Negotiate", "NTLM"]),
        (b"x-own!scheme", &["x-own!scheme"]),
        // Spaces and tabs where the grammar has one space or none.
        (
            b"Bearer   realm = \"a\" ,\terror\t=\tb",
            &["Bearer realm=a|error=b"],
        ),
        (b"Bearer\trealm=\"a\"", &["Bearer realm=a"]),
        (b"Bearer ,realm=\"a\"", &["Bearer realm=a"]),
        (b"Bearer, realm=\"a\"", &["Bearer realm=a"]),
        // Case.
        (b"BEARER Realm=\"a\"", &["BEARER Realm=a"]),
        // token68, with padding and with what only it may have.
        (b"Negotiate YII==", &["Negotiate YII=="]),
        (
            b"Negotiate a/b+c~d._-=== , Basic",
            &["Negotiate a/b+c~d._-===", "Basic"],
        ),
        (
            b"Negotiate YII==, Bearer realm=\"a\"",
            &["Negotiate YII==", "Bearer realm=a"],
        ),
        (
            b"NTLM TlRM==, Negotiate YII=",
            &["NTLM TlRM==", "Negotiate YII="],
        ),
        // By the grammar this is a token with padding.
        (b"Basic realm=", &["Basic realm="]),
        (
            b"Basic realm=, charset=\"UTF-8\"",
            &["Basic realm= charset=UTF-8"],
        ),
        // A token68 must be all there is.
        (b"Bearer abc realm=\"a\"", &["Bearer"]),
        (b"Bearer abc realm=\"a\", error=b", &["Bearer error=b"]),
        (b"Bearer a==b, x=y", &["Bearer a==b|x=y"]),
    ]);
}

#[test]
fn values_are_read_with_quotation_marks_and_without() {
    assert_read(&[
        // Values without quotation marks.
        (b"Basic realm=simple", &["Basic realm=simple"]),
        (
            b"Bearer error=invalid_token, scope=a",
            &["Bearer error=invalid_token|scope=a"],
        ),
        (
            b"Bearer authorization_uri=https://login.test/a?b=c, error=x",
            &["Bearer authorization_uri=https://login.test/a?b=c|error=x"],
        ),
        (
            b"Bearer scope=read write, error=x",
            &["Bearer scope=read|error=x"],
        ),
        (
            b"Bearer error='invalid_token'",
            &["Bearer error='invalid_token'"],
        ),
        // Quotation: commas, escapes, nothing, and other schemes in it.
        (
            b"Basic realm=\"a, Bearer b=c\"",
            &["Basic realm=a, Bearer b=c"],
        ),
        (b"Basic realm=\"a\\\"b\\\\c\\d\"", &["Basic realm=a\"b\\cd"]),
        (b"Basic realm=\"\"", &["Basic realm="]),
        (b"Basic realm=\"\", charset=x", &["Basic realm=|charset=x"]),
        (
            b"Bearer realm=\"=\",error=\",\"",
            &["Bearer realm==|error=,"],
        ),
        (b"Basic realm=\"fo\xc3\xb6\"", &["Basic realm=fo\u{f6}"]),
        (b"Basic realm=\"fo\xf6\"", &["Basic realm=fo\u{fffd}"]),
        // A quotation mark that nobody closed takes the rest with it, up to the next one.
        (b"Basic realm=\"a", &["Basic"]),
        (b"Basic realm=\"a\\", &["Basic"]),
        (b"Basic realm=\"a\\\"", &["Basic"]),
        (
            b"Basic a=b, realm=\"c, Bearer error=\"x\"",
            &["Basic a=b|realm=c, Bearer error="],
        ),
    ]);
}

#[test]
fn what_is_broken_or_forgotten_leaves_its_neighbours_alone() {
    assert_read(&[
        // Commas that are missing, and others in their place.
        (
            b"Bearer realm=\"a\" error=\"invalid_token\"",
            &["Bearer realm=a|error=invalid_token"],
        ),
        (
            b"Bearer realm=\"a\"error=\"invalid_token\"",
            &["Bearer realm=a|error=invalid_token"],
        ),
        (
            b"Bearer realm=\"a\"; error=\"b\"",
            &["Bearer realm=a|error=b"],
        ),
        (b"Bearer; realm=a;error=b", &["Bearer realm=a|error=b"]),
        (
            b"Basic realm=\"a\" Bearer realm=\"b\", Digest",
            &["Basic realm=a", "Digest"],
        ),
        (
            b"Basic realm=\"a\",,, charset=b,",
            &["Basic realm=a|charset=b"],
        ),
        // Rubbish leaves its neighbours alone.
        (
            b"Basic realm=\"a\", @@, Bearer",
            &["Basic realm=a", "Bearer"],
        ),
        (b"\"Basic\", Bearer realm=\"a\"", &["Bearer realm=a"]),
        (b"@ \"a, Basic, b\", Bearer", &["Bearer"]),
        (b"@ \"a, b\", Bearer", &["Bearer"]),
        (b"Bearer: realm=\"a\", error=\"b\"", &[]),
        (b"Basic, Bearer: realm=\"a\", error=\"b\"", &["Basic"]),
        (
            b"Basic realm=\"a\"@@, charset=b",
            &["Basic realm=a|charset=b"],
        ),
        (b"Basic realm=@@, charset=b", &["Basic realm=@@|charset=b"]),
        // Parameters that belong to nobody.
        (b"realm=\"a\"", &[]),
        (b"realm=\"a\", Basic", &["Basic"]),
        (b"Basic realm=\"a\", =b, charset=c", &["Basic realm=a"]),
        // A word among parameters is a scheme, by the grammar.
        (b"Digest stale, nonce=\"a\"", &["Digest stale nonce=a"]),
        (
            b"Bearer realm=\"a\", stale, nonce=\"b\"",
            &["Bearer realm=a", "stale nonce=b"],
        ),
        // Known from the wild.
        (
            b"OAuth \"Facebook Platform\" \"invalid_token\" \"Error validating, expired\"",
            &["OAuth"],
        ),
    ]);
}

#[test]
fn several_headers_are_one_list() {
    let table: [(&[&[u8]], &[&str]); 5] = [
        (
            &[b"Basic realm=\"a\"", b"Bearer realm=\"b\""],
            &["Basic realm=a", "Bearer realm=b"],
        ),
        (
            &[b"Basic, NTLM", b"Negotiate YII="],
            &["Basic", "NTLM", "Negotiate YII="],
        ),
        (
            &[b"Bearer realm=\"a\"", b"error=\"b\""],
            &["Bearer realm=a|error=b"],
        ),
        (&[b"", b"Basic"], &["Basic"]),
        // What is broken in one stays in it.
        (
            &[b"Basic realm=\"a", b"Bearer realm=\"b\""],
            &["Basic", "Bearer realm=b"],
        ),
    ];
    for (headers, expected) in table {
        assert_eq!(told(&read(headers)), expected, "{headers:?}");
    }
    assert!(Challenges::of(&HeaderMap::new()).is_empty());
}

#[test]
fn names_have_no_case_and_the_first_of_two_counts() {
    let challenges = read(&[b"bEaReR ERROR=one, error=two"]);
    let bearer = challenges.iter().next().unwrap();
    assert!(bearer.is("Bearer"));
    assert!(!bearer.is("Bear"));
    assert_eq!(bearer.parameter("Error"), Some("one"));
    assert_eq!(bearer.parameter("scope"), None);
}

#[test]
fn what_is_read_has_a_bound() {
    let many = "a,".repeat(20_000);
    assert_eq!(read(&[many.as_bytes()]).iter().count(), 64);

    // Parameters behind the last challenge that is read belong to none.
    let mut one_too_many = "a,".repeat(64);
    one_too_many.push_str("b c=d");
    let last = told(&read(&[one_too_many.as_bytes()])).pop().unwrap();
    assert_eq!(last, "a");

    let long = format!("Basic {}", "a=b,".repeat(20_000));
    let challenges = read(&[long.as_bytes(), b"Bearer"]);
    assert_eq!(challenges.iter().count(), 1);
    let parameters = challenges.iter().next().unwrap().parameters().count();
    assert_eq!(parameters, (16 * 1024 - "Basic ".len()) / "a=b,".len());
}

#[test]
fn debug_shows_names_and_no_values() {
    let shown = format!(
        "{:?}",
        read(&[b"Bearer realm=\"hunter2\", Negotiate hunter2="])
    );
    assert!(shown.contains("realm"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

/// A challenge to be written down.
#[derive(Clone, Debug)]
struct Written {
    scheme: String,
    token68: Option<String>,
    parameters: Vec<Parameter>,
}

#[derive(Clone, Debug)]
struct Parameter {
    name: String,
    value: String,
    quoted: bool,
    space: &'static str,
}

impl Written {
    fn text(&self) -> String {
        let parameters: Vec<_> = self.parameters.iter().map(Parameter::text).collect();
        let rest = self
            .token68
            .clone()
            .unwrap_or_else(|| parameters.join(", "));
        format!("{} {rest}", self.scheme)
    }

    /// The whole list, cut at its commas.
    fn elements(all: &[Self]) -> Vec<String> {
        let parts = all.iter().flat_map(|written| match &written.token68 {
            Some(token) => vec![format!("{} {token}", written.scheme)],
            None if written.parameters.is_empty() => vec![written.scheme.clone()],
            None => {
                let mut parts: Vec<_> = written.parameters.iter().map(Parameter::text).collect();
                parts[0] = format!("{} {}", written.scheme, parts[0]);
                parts
            }
        });
        parts.collect()
    }

    fn matches(&self, challenge: &auth_middleware::Challenge) -> bool {
        let parameters = self.parameters.iter();
        challenge.scheme() == self.scheme
            && challenge.token68() == self.token68.as_deref()
            && challenge
                .parameters()
                .eq(parameters.map(|parameter| (&*parameter.name, &*parameter.value)))
    }
}

impl Parameter {
    fn text(&self) -> String {
        let value = if self.quoted {
            let escaped = self.value.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{escaped}\"")
        } else {
            self.value.clone()
        };
        format!("{}{}={}{value}", self.name, self.space, self.space)
    }
}

const TOKEN: &str = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}";

fn parameter() -> impl Strategy<Value = Parameter> {
    let value = prop_oneof![
        TOKEN.prop_map(|value| (value, false)),
        "[ -~\u{a1}-\u{ff}\t]{0,16}".prop_map(|value| (value, true)),
    ];
    let space = prop_oneof![Just(""), Just(" "), Just("\t")];
    (TOKEN, value, space).prop_map(|(name, (value, quoted), space)| Parameter {
        name,
        value,
        quoted,
        space,
    })
}

fn written() -> impl Strategy<Value = Written> {
    let token68 = option::of("[a-zA-Z0-9._~+/-]{1,16}={0,2}");
    (TOKEN, token68, vec(parameter(), 0..4)).prop_map(|(scheme, token68, parameters)| Written {
        scheme,
        parameters: if token68.is_some() {
            Vec::new()
        } else {
            parameters
        },
        token68,
    })
}

fn same(all: &[Written], challenges: &Challenges) -> bool {
    challenges.iter().count() == all.len()
        && all
            .iter()
            .zip(challenges)
            .all(|(written, challenge)| written.matches(challenge))
}

proptest! {
    #[test]
    fn whatever_the_grammar_allows_comes_out_as_it_was_written(all in vec(written(), 0..5)) {
        let texts: Vec<_> = all.iter().map(Written::text).collect();
        let one = texts.join(", ");
        prop_assert!(same(&all, &read(&[one.as_bytes()])), "{one}");
        let several: Vec<_> = texts.iter().map(String::as_bytes).collect();
        prop_assert!(same(&all, &read(&several)), "{several:?}");
    }

    #[test]
    fn a_list_means_the_same_wherever_it_is_cut_into_headers(
        all in vec(written(), 1..4),
        cuts in vec(any::<bool>(), 16),
    ) {
        let mut headers: Vec<String> = Vec::new();
        for (index, element) in Written::elements(&all).into_iter().enumerate() {
            match headers.last_mut().filter(|_| !cuts[index % cuts.len()]) {
                Some(header) => *header = format!("{header},{element}"),
                None => headers.push(element),
            }
        }
        let headers: Vec<_> = headers.iter().map(String::as_bytes).collect();
        prop_assert!(same(&all, &read(&headers)), "{headers:?}");
    }

    #[test]
    fn no_bytes_bring_it_down_and_nothing_is_invented(bytes in vec(any::<u8>(), 0..64)) {
        let bytes: Vec<u8> = bytes
            .into_iter()
            .filter(|byte| HeaderValue::from_bytes(&[*byte]).is_ok())
            .collect();
        for challenge in &read(&[&bytes]) {
            let header = String::from_utf8_lossy(&bytes);
            prop_assert!(header.contains(challenge.scheme()));
            prop_assert!(challenge.token68().is_none_or(|token| header.contains(token)));
            prop_assert!(challenge.parameters().all(|(name, _)| header.contains(name)));
        }
    }

    #[test]
    fn no_punctuation_brings_it_down(header in "[ \t,;=\"\\\\aB.]{0,40}") {
        for challenge in &read(&[header.as_bytes()]) {
            prop_assert!(header.contains(challenge.scheme()));
        }
    }
}
