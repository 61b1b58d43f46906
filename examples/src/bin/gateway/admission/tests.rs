use http::Request;

use super::*;

fn request(target: &str, lines: &[(&str, &str)]) -> Parts {
    let mut request = Request::get(target);
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

fn check(lines: &[(&str, &str)]) -> Result<(), Refusal> {
    let hosts = ["api.test.".to_owned(), "sidecar".to_owned()];
    let origins = ["http://localhost:3000".to_owned()];
    let admission = Admission::new(hosts, origins);
    admission.check(&request("/", lines)).map(drop)
}

#[test]
fn it_is_called_by_a_loopback_address_by_localhost_or_by_a_name_it_was_given() {
    for host in [
        "127.0.0.1",
        "127.0.0.1:9000",
        "127.1.2.3:80",
        "[::1]:9000",
        "localhost",
        "LocalHost:9000",
        "localhost.:9000",
        "app.localhost:9000",
        "api.test",
        "API.test.:443",
        "sidecar:9000",
    ] {
        assert_eq!(check(&[("host", host)]), Ok(()), "{host}");
    }
}

#[test]
fn a_name_that_a_stranger_can_point_here_is_refused() {
    for host in [
        "evil.test",
        "evil.test:9000",
        "127.0.0.1.evil.test",
        "localhost.evil.test",
        "evillocalhost",
        "api.test.evil.test",
        "127.0.0.1x",
        "[evil.test]",
    ] {
        assert_eq!(check(&[("host", host)]), Err(Refusal::OtherHost), "{host}");
    }
}

#[test]
fn an_address_to_which_browsers_do_not_tell_the_page_is_refused_unless_any_may_be_used() {
    for (host, with_any) in [
        ("10.1.2.3:9000", Ok(())),
        ("[fd00::1]:9000", Ok(())),
        ("[::ffff:127.0.0.1]:9000", Ok(())),
        ("127.0.0.1:9000", Ok(())),
        ("0.0.0.0:9000", Err(Refusal::OtherHost)),
        ("[::]:9000", Err(Refusal::OtherHost)),
        ("[::ffff:0.0.0.0]:9000", Err(Refusal::OtherHost)),
        ("evil.test:9000", Err(Refusal::OtherHost)),
    ] {
        let request = request("/", &[("host", host)]);
        let any = Admission::new([], []).at_any_address(true);
        assert_eq!(any.check(&request).map(drop), with_any, "{host}");
        let loopback = Admission::new([], []).check(&request);
        assert_eq!(loopback.is_ok(), host.starts_with("127."), "{host}");
    }
    let named = Admission::new(["10.1.2.3".to_owned()], []);
    let request = request("/", &[("host", "10.1.2.3:9000")]);
    assert!(named.check(&request).is_ok(), "it was asked for");
}

#[test]
fn a_request_without_one_host_is_refused() {
    for lines in [
        &[][..],
        &[("host", "")],
        &[("host", "local host")],
        &[("host", "localhost"), ("host", "localhost")],
        &[("host", "evil.test@localhost")],
        &[("host", "localhost:80@localhost")],
        &[("host", "localhost:http")],
    ] {
        assert_eq!(check(lines), Err(Refusal::NoHost), "{lines:?}");
    }
}

#[test]
fn an_absolute_target_goes_before_the_host() {
    let check = |target| {
        let request = request(target, &[("host", "localhost:9000")]);
        Admission::new([], []).check(&request)
    };
    let addressed_to = Authority::from_static("127.0.0.1:9000");
    assert_eq!(check("http://127.0.0.1:9000/a"), Ok(addressed_to));
    assert_eq!(check("http://evil.test/a"), Err(Refusal::OtherHost));
    assert_eq!(check("https://localhost:9000/a"), Err(Refusal::OtherHost));
    assert_eq!(check("http://eve@localhost/a"), Err(Refusal::NoHost));
}

#[test]
fn pages_of_other_origins_are_refused() {
    let host = ("host", "localhost:9000");
    for lines in [
        &[("origin", "http://evil.test")][..],
        &[("origin", "null")],
        &[("origin", "https://localhost:9000")],
        &[("origin", "http://localhost:9001")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "anything")],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://localhost:9000"),
        ],
    ] {
        let lines: Vec<_> = lines.iter().copied().chain([host]).collect();
        assert_eq!(check(&lines), Err(Refusal::OtherOrigin), "{lines:?}");
    }
}

#[test]
fn programs_and_pages_that_were_asked_are_admitted() {
    let host = ("host", "localhost:9000");
    for lines in [
        &[][..],
        &[("origin", "http://localhost:9000")],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "none")],
        &[("origin", "http://localhost:3000")],
        &[
            ("sec-fetch-site", "same-site"),
            ("origin", "http://localhost:3000"),
        ],
    ] {
        let lines: Vec<_> = lines.iter().copied().chain([host]).collect();
        assert_eq!(check(&lines), Ok(()), "{lines:?}");
    }
}
