//! Shapes that many APIs share.
//!
//! ```
//! use paginate::presets;
//!
//! let issues = presets::github();
//! let smaller = presets::github().page_size("per_page", 30);
//! ```
//!
//! The size of a page takes the place of the one in the caller's query.

use crate::{Keyset, LinkHeader, NextUrl, Pointer};

/// GitHub: the body is the list, `Link` leads on, pages of 100.
///
/// Where the list is inside an object, as in search, use [`LinkHeader::new`] with its place.
pub fn github() -> LinkHeader {
    LinkHeader::new("").page_size("per_page", 100)
}

/// Sentry: the body is the list, `Link` leads on until it says `results="false"`, pages of 100.
pub fn sentry() -> LinkHeader {
    LinkHeader::new("")
        .end("results", "false")
        .page_size("per_page", 100)
}

/// Stripe: `data`, `has_more`, and `starting_after` the last one's `id`, pages of 100.
pub fn stripe() -> Keyset {
    Keyset::new("/data", "/id")
        .parameter("starting_after")
        .has_more("/has_more")
        .page_size("limit", 100)
}

/// [JSON:API](https://jsonapi.org/format/#fetching-pagination): `data`, and `links.next` as a text or a link object.
pub fn json_api() -> NextUrl {
    NextUrl::new("/data", "/links/next")
}

/// Django REST framework: `results`, `next`, `count`, for each of its three ways to page.
pub fn drf() -> NextUrl {
    NextUrl::new("/results", "/next").total("/count")
}

/// [HAL](https://datatracker.ietf.org/doc/html/draft-kelly-json-hal): what is embedded under this name, and `_links.next`.
/// Many servers leave out what they embed where it's empty.
pub fn hal(embedded: &str) -> NextUrl {
    let items = Pointer::of(["_embedded", embedded]);
    NextUrl::new(items, "/_links/next").items_may_lack(true)
}

/// [OData](https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html): `value`,
/// `@odata.nextLink`, `@odata.count`.
pub fn odata() -> NextUrl {
    NextUrl::new("/value", "/@odata.nextLink").total("/@odata.count")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Style;
    use crate::styles::reads::{Read, page, read};

    #[test]
    fn github_reads_its_links() {
        let link =
            r#"<https://api.github.com/repositories/1/issues?per_page=100&page=2>; rel="next""#;
        let answer = page(r#"[{"number": 7}]"#).with_header("link", link);
        let next = "https://api.github.com/repositories/1/issues?per_page=100&page=2";
        assert_eq!(read(&github(), &answer), Read::link(next));
        assert_eq!(github().first().query("per_page"), Some("100"));
    }

    #[test]
    fn sentry_reads_its_links_to_the_end() {
        let answer = |results| {
            let link = r#"<https://sentry.test/issues/?&cursor=0:100:0>; rel="next"; cursor="0:100:0"; results="#;
            page("[1]").with_header("link", format!("{link}\"{results}\"").leak())
        };
        let next = Read::link("https://sentry.test/issues/?&cursor=0:100:0");
        assert_eq!(read(&sentry(), &answer("true")), next);
        assert_eq!(read(&sentry(), &answer("false")), Read::End);
    }

    #[test]
    fn stripe_reads_its_lists() {
        let body = r#"{"object": "list", "url": "/v1/charges", "has_more": true, "data": [{"id": "ch_1"}]}"#;
        let next = Read::query("limit=100&starting_after=ch_1");
        assert_eq!(read(&stripe(), &page(body)), next);
    }

    #[test]
    fn json_api_reads_its_documents() {
        let body = r#"{"data": [{"type": "articles", "id": "3"}], "links": {
            "self": "/articles?page[number]=3", "next": "/articles?page[number]=4", "prev": null}}"#;
        assert_eq!(
            read(&json_api(), &page(body)),
            Read::link("/articles?page[number]=4")
        );
    }

    #[test]
    fn drf_reads_its_results() {
        let body = r#"{"count": 1023, "next": "https://api.example.org/accounts/?page=5",
            "previous": "https://api.example.org/accounts/?page=3", "results": [1]}"#;
        let next = Read::link("https://api.example.org/accounts/?page=5");
        assert_eq!(read(&drf(), &page(body)), next);
    }

    #[test]
    fn hal_reads_what_is_embedded_or_nothing() {
        let body = r#"{"_links": {"next": {"href": "/orders?page=2"}}, "_embedded": {"a/b": [1]}}"#;
        assert_eq!(read(&hal("a/b"), &page(body)), Read::link("/orders?page=2"));
        assert_eq!(read(&hal("orders"), &page("{}")), Read::End);
    }

    #[test]
    fn odata_reads_its_values() {
        let body = r#"{"@odata.count": 20, "value": [1], "@odata.nextLink": "Employees?$skip=2"}"#;
        assert_eq!(read(&odata(), &page(body)), Read::link("Employees?$skip=2"));
    }
}
