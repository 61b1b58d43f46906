//! Which stored answer fits a request, by `Vary` (RFC 9111 §4.1).

use http::header::{ACCEPT_LANGUAGE, HOST, VARY};
use http::{HeaderMap, HeaderName, HeaderValue};
use request_context::is_credential_name;

/// What a request had in each header that an answer's `Vary` names.
pub(crate) type Varied = Vec<(HeaderName, Vec<HeaderValue>)>;

/// How many headers an answer may vary by to be stored.
const MOST_NAMES: usize = 64;

/// What has to be kept of a request for its answer to be found again. None if the answer fits no other request, or hardly any, or
/// if a credential would have to be kept.
pub(crate) fn varied(request: &HeaderMap, answer: &HeaderMap) -> Option<Varied> {
    let mut varied = Varied::new();
    // A host of the caller's own makes the request one for something else (RFC 9110 §7.1).
    if let Some(host) = request.get(HOST) {
        varied.push((HOST, vec![host.clone()]));
    }
    for line in answer.get_all(VARY) {
        for name in line.to_str().ok()?.split(',').map(str::trim) {
            if name.is_empty() {
                continue;
            }
            // `*` is no header either.
            let name: HeaderName = (name != "*").then(|| name.parse().ok())??;
            let values: Vec<_> = request.get_all(&name).iter().cloned().collect();
            let is_secret =
                is_credential_name(&name) || values.iter().any(HeaderValue::is_sensitive);
            if is_secret && !values.is_empty() {
                return None;
            }
            if !varied.iter().any(|(other, _)| *other == name) {
                // Each is compared with all of them, so there must not be any number.
                if varied.len() >= MOST_NAMES {
                    return None;
                }
                varied.push((name, values));
            }
        }
    }
    Some(varied)
}

/// The same of an answer that was confirmed, with the headers that it has now. What it varied by before it still does: its body is
/// the same.
pub(crate) fn confirmed_variation(
    before: &Varied,
    request: &HeaderMap,
    answer: &HeaderMap,
) -> Option<Varied> {
    let mut now = varied(request, answer)?;
    for (name, values) in before {
        if !now.iter().any(|(other, _)| other == name) {
            now.push((name.clone(), values.clone()));
        }
    }
    Some(now)
}

/// Whether a request has the same in the headers that matter.
pub(crate) fn fits(varied: &Varied, request: &HeaderMap) -> bool {
    let has_host = varied.iter().any(|(name, _)| *name == HOST);
    let same_host = has_host || !request.contains_key(HOST);
    same_host
        && varied.iter().all(|(name, values)| {
            request.get_all(name).iter().eq(values) || {
                let asked: Vec<_> = request.get_all(name).iter().collect();
                // A header that isn't there is something else than an empty one.
                asked.is_empty() == values.is_empty()
                    && members(name, asked) == members(name, values.iter().collect())
            }
        })
}

/// The members of a list, wherever its lines and spaces are. In `Accept-Language`, neither case nor order matters, since each
/// member has its own weight.
fn members(name: &HeaderName, values: Vec<&HeaderValue>) -> Vec<Vec<u8>> {
    let parts = values
        .into_iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let mut members: Vec<Vec<u8>> = parts.map(|part| part.trim_ascii().to_vec()).collect();
    if *name == ACCEPT_LANGUAGE {
        for member in &mut members {
            member.make_ascii_lowercase();
        }
        members.sort_unstable();
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn fit(
        vary: &str,
        first: &[(&'static str, &str)],
        second: &[(&'static str, &str)],
    ) -> Option<bool> {
        let varied = varied(&headers(first), &headers(&[("vary", vary)]))?;
        Some(fits(&varied, &headers(second)))
    }

    #[test]
    fn a_request_fits_if_the_named_headers_are_the_same() {
        let one = [("foo", "1"), ("bar", "abc")];
        assert_eq!(fit("Foo", &one, &[("foo", "1")]), Some(true));
        assert_eq!(fit("Foo", &one, &[("foo", "2")]), Some(false));
        assert_eq!(fit("foo, BAR", &one, &[("foo", "1")]), Some(false));
        assert_eq!(fit("foo, BAR", &one, &one), Some(true));
        assert_eq!(
            fit("foo, baz", &one, &[("foo", "1")]),
            Some(true),
            "neither has it"
        );
        assert_eq!(
            fit("foo, baz", &one, &[("foo", "1"), ("baz", "")]),
            Some(false)
        );
        assert_eq!(fit("foo", &[], &[("foo", "1")]), Some(false));
        assert_eq!(fit(" , ,", &one, &[]), Some(true), "it names none");
    }

    #[test]
    fn lines_and_spaces_of_a_list_make_no_difference() {
        assert_eq!(
            fit("foo", &[("foo", "1,2")], &[("foo", " 1, 2 ")]),
            Some(true)
        );
        assert_eq!(
            fit("foo", &[("foo", "1, 2")], &[("foo", "1"), ("foo", "2")]),
            Some(true)
        );
        assert_eq!(
            fit("foo", &[("foo", "1, 2")], &[("foo", "2, 1")]),
            Some(false)
        );
        assert_eq!(fit("foo", &[("foo", "a")], &[("foo", "A")]), Some(false));
    }

    #[test]
    fn languages_are_a_set_in_any_case() {
        let german = [("accept-language", "en, de;q=0.5")];
        assert_eq!(
            fit(
                "accept-language",
                &german,
                &[("accept-language", "DE;q=0.5 ,en")]
            ),
            Some(true)
        );
        assert_eq!(
            fit(
                "accept-language",
                &german,
                &[("accept-language", "de, en;q=0.5")]
            ),
            Some(false)
        );
    }

    #[test]
    fn another_host_is_something_else() {
        let host = [("host", "vhost")];
        assert_eq!(fit("", &host, &host), Some(true));
        assert_eq!(fit("", &host, &[]), Some(false));
        assert_eq!(fit("", &[], &host), Some(false));
        assert_eq!(fit("", &host, &[("host", "other")]), Some(false));
    }

    #[test]
    fn an_answer_that_varies_by_everything_fits_nothing() {
        for vary in ["*", "*, *", ", *", "*, foo", "foo, *", "no name"] {
            assert_eq!(fit(vary, &[], &[]), None, "{vary}");
        }
        let two = headers(&[("vary", ""), ("vary", "*")]);
        assert_eq!(varied(&HeaderMap::new(), &two), None);
    }

    #[test]
    fn an_answer_that_varies_by_too_much_fits_nothing() {
        let names = |count: usize| (0..count).map(|n| format!("x-{n}")).collect::<Vec<_>>();
        let answer = |count| headers(&[("vary", &names(count).join(","))]);
        let varied = |count| varied(&HeaderMap::new(), &answer(count)).map(|names| names.len());
        assert_eq!(varied(MOST_NAMES), Some(MOST_NAMES));
        assert_eq!(varied(MOST_NAMES + 1), None);
        let again = headers(&[("vary", &["x"; 100].join(","))]);
        assert!(super::varied(&HeaderMap::new(), &again).is_some());
    }

    #[test]
    fn no_credential_is_kept_to_find_an_answer_by() {
        for name in ["authorization", "cookie", "proxy-authorization"] {
            assert_eq!(fit(name, &[(name, "hunter2")], &[]), None, "{name}");
            assert_eq!(fit(name, &[], &[]), Some(true), "{name}");
        }
        let mut request = headers(&[("x-key", "hunter2")]);
        request.get_mut("x-key").unwrap().set_sensitive(true);
        assert_eq!(varied(&request, &headers(&[("vary", "x-key")])), None);
    }
}
