//! Headers as public APIs send them, with hosts and tokens changed.

use super::*;

struct Seen {
    of: &'static str,
    lines: &'static [&'static str],
    links: usize,
    next: Option<&'static str>,
}

const SEEN: &[Seen] = &[
    Seen {
        of: "GitHub, a page in the middle",
        lines: &[
            r#"<https://api.test/repositories/1300192/issues?page=2>; rel="prev", <https://api.test/repositories/1300192/issues?page=4>; rel="next", <https://api.test/repositories/1300192/issues?page=515>; rel="last", <https://api.test/repositories/1300192/issues?page=1>; rel="first""#,
        ],
        links: 4,
        next: Some("https://api.test/repositories/1300192/issues?page=4"),
    },
    Seen {
        of: "GitHub, by cursor",
        lines: &[
            r#"<https://api.test/orgs/acme/audit-log?after=MS42NTQzMjFlKzEy%7CZm9v&before=>; rel="next""#,
        ],
        links: 1,
        next: Some("https://api.test/orgs/acme/audit-log?after=MS42NTQzMjFlKzEy%7CZm9v&before="),
    },
    Seen {
        of: "GitHub, the last page",
        lines: &[
            r#"<https://api.test/user/repos?page=1>; rel="first", <https://api.test/user/repos?page=2>; rel="prev""#,
        ],
        links: 2,
        next: None,
    },
    Seen {
        of: "GitLab, by keyset",
        lines: &[
            r#"<https://gitlab.test/api/v4/projects?imported=false&include_hidden=false&membership=false&order_by=id&owned=false&page=1&pagination=keyset&per_page=50&simple=false&sort=asc&starred=false&statistics=false&with_custom_attributes=false&id_after=42>; rel="next""#,
        ],
        links: 1,
        next: Some(
            "https://gitlab.test/api/v4/projects?imported=false&include_hidden=false&membership=false&order_by=id&owned=false&page=1&pagination=keyset&per_page=50&simple=false&sort=asc&starred=false&statistics=false&with_custom_attributes=false&id_after=42",
        ),
    },
    Seen {
        of: "GitLab, by page",
        lines: &[
            r#"<https://gitlab.test/api/v4/projects/8/issues/8/notes?page=1&per_page=3>; rel="prev", <https://gitlab.test/api/v4/projects/8/issues/8/notes?page=3&per_page=3>; rel="next", <https://gitlab.test/api/v4/projects/8/issues/8/notes?page=1&per_page=3>; rel="first", <https://gitlab.test/api/v4/projects/8/issues/8/notes?page=3&per_page=3>; rel="last""#,
        ],
        links: 4,
        next: Some("https://gitlab.test/api/v4/projects/8/issues/8/notes?page=3&per_page=3"),
    },
    Seen {
        of: "Okta, a line for each link",
        lines: &[
            r#"<https://acme.okta.test/api/v1/logs?limit=20>; rel="self""#,
            r#"<https://acme.okta.test/api/v1/logs?limit=20&after=1627500044869_1>; rel="next""#,
        ],
        links: 2,
        next: Some("https://acme.okta.test/api/v1/logs?limit=20&after=1627500044869_1"),
    },
    Seen {
        of: "Shopify, previous first",
        lines: &[
            r#"<https://shop.test/admin/api/2024-01/products.json?limit=50&page_info=eyJkaXJlY3Rpb24iOiJwcmV2In0>; rel="previous", <https://shop.test/admin/api/2024-01/products.json?limit=50&page_info=eyJkaXJlY3Rpb24iOiJuZXh0In0>; rel="next""#,
        ],
        links: 2,
        next: Some(
            "https://shop.test/admin/api/2024-01/products.json?limit=50&page_info=eyJkaXJlY3Rpb24iOiJuZXh0In0",
        ),
    },
    Seen {
        of: "Sentry",
        lines: &[
            r#"<https://sentry.test/api/0/projects/acme/web/issues/?&cursor=1420837590000:0:1>; rel="previous"; results="false"; cursor="1420837590000:0:1", <https://sentry.test/api/0/projects/acme/web/issues/?&cursor=1420837533000:0:0>; rel="next"; results="true"; cursor="1420837533000:0:0""#,
        ],
        links: 2,
        next: Some("https://sentry.test/api/0/projects/acme/web/issues/?&cursor=1420837533000:0:0"),
    },
    Seen {
        of: "Mastodon",
        lines: &[
            r#"<https://social.test/api/v1/accounts/1/statuses?limit=20&max_id=109344>; rel="next", <https://social.test/api/v1/accounts/1/statuses?limit=20&min_id=109999>; rel="prev""#,
        ],
        links: 2,
        next: Some("https://social.test/api/v1/accounts/1/statuses?limit=20&max_id=109344"),
    },
    Seen {
        of: "WordPress, a list",
        lines: &[
            r#"<https://blog.test/wp-json/>; rel="https://api.w.org/""#,
            r#"<https://blog.test/wp-json/wp/v2/posts?page=1>; rel="prev", <https://blog.test/wp-json/wp/v2/posts?page=3>; rel="next""#,
        ],
        links: 3,
        next: Some("https://blog.test/wp-json/wp/v2/posts?page=3"),
    },
    Seen {
        of: "WordPress, a page of the site",
        lines: &[
            r#"<https://blog.test/wp-json/>; rel="https://api.w.org/", <https://blog.test/wp-json/wp/v2/pages/8>; rel="alternate"; title="JSON"; type="application/json", <https://blog.test/>; rel=shortlink"#,
        ],
        links: 3,
        next: None,
    },
    Seen {
        of: "Canvas, without spaces",
        lines: &[
            r#"<https://canvas.test/api/v1/courses?page=bookmark:WzFd&per_page=10>; rel="current",<https://canvas.test/api/v1/courses?page=bookmark:WzJd&per_page=10>; rel="next",<https://canvas.test/api/v1/courses?page=first&per_page=10>; rel="first""#,
        ],
        links: 3,
        next: Some("https://canvas.test/api/v1/courses?page=bookmark:WzJd&per_page=10"),
    },
    Seen {
        of: "a forum, without quotes",
        lines: &["<https://forum.test/latest?page=1>; rel=next; type=text/html"],
        links: 1,
        next: Some("https://forum.test/latest?page=1"),
    },
    Seen {
        of: "Harbor, a relative reference with spaces around it",
        lines: &[
            r#"</api/v2.0/projects?page=1&page_size=10>; rel="prev" , </api/v2.0/projects?page=3&page_size=10>; rel="next""#,
        ],
        links: 2,
        next: Some("/api/v2.0/projects?page=3&page_size=10"),
    },
    Seen {
        of: "a container registry",
        lines: &[r#"</v2/_catalog?last=library%2Fzzz&n=100>; rel="next""#],
        links: 1,
        next: Some("/v2/_catalog?last=library%2Fzzz&n=100"),
    },
    Seen {
        of: "a trailing comma",
        lines: &[
            r#"<https://harvest.test/v1/candidates?page=2&per_page=100>; rel="next",<https://harvest.test/v1/candidates?page=8&per_page=100>; rel="last","#,
        ],
        links: 2,
        next: Some("https://harvest.test/v1/candidates?page=2&per_page=100"),
    },
    Seen {
        of: "FHIR, a type with a parameter",
        lines: &[
            r#"<https://fhir.test/Patient?_page=2>; rel="next"; type="application/fhir+json; fhirVersion=4.0""#,
        ],
        links: 1,
        next: Some("https://fhir.test/Patient?_page=2"),
    },
    Seen {
        of: "LDP, types beside a page in sequence",
        lines: &[
            r#"<http://www.w3.org/ns/ldp#Resource>; rel="type", <http://www.w3.org/ns/ldp#Page>; rel="type""#,
            r#"<?p=2>; rel="next"; title="second""#,
        ],
        links: 3,
        next: Some("?p=2"),
    },
    Seen {
        of: "a CDN's hints before the API's own link",
        lines: &[
            r#"</style.css>; rel=preload; as=style; crossorigin; nopush, <https://cdn.test>; rel="preconnect dns-prefetch"; pr=0.5"#,
            r#"</items?after=a%2Cb>; rel="next""#,
        ],
        links: 3,
        next: Some("/items?after=a%2Cb"),
    },
    Seen {
        of: "a template that is none",
        lines: &[
            r#"<https://api.test/users{?page,per_page}>; rel="search", </users?page=2>; rel="next""#,
        ],
        links: 2,
        next: Some("/users?page=2"),
    },
];

#[test]
fn headers_as_apis_send_them_are_read_whole() {
    let page = PAGE.parse().unwrap();
    for Seen {
        of,
        lines,
        links: count,
        next,
    } in SEEN
    {
        let links = links(lines);
        assert_eq!(links.iter().count(), *count, "{of}");
        assert!(links.left_out.is_empty() && !links.is_cut, "{of}");
        let found = links.find("next", &page).unwrap();
        assert_eq!(found.map(Link::target), *next, "{of}");
    }
}

#[test]
fn what_sentry_adds_can_be_read() {
    let sentry = SEEN.iter().find(|seen| seen.of == "Sentry").unwrap();
    let links = links(sentry.lines);
    let results: Vec<_> = links.iter().map(|link| link.parameter("results")).collect();
    assert_eq!(results, [Some("false"), Some("true")]);
}
