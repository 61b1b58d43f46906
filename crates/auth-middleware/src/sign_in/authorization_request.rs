//! The URL by which a program asks a user through a browser (RFC 6749 §4.1.1).

use url::Url;

/// What the URL says.
pub(crate) struct AuthorizationRequest<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) state: &'a str,
    pub(crate) challenge: &'a str,
    pub(crate) scope: Option<&'a str>,
    pub(crate) resources: &'a [String],
    pub(crate) parameters: &'a [(String, String)],
}

impl AuthorizationRequest<'_> {
    /// The endpoint's URL with the request in its query. What the query has stays (RFC 6749 §3.1), as far as it is none of the
    /// request's own parameters: no parameter may be there twice.
    pub(crate) fn url(&self, endpoint: &Url) -> Url {
        let mut own = vec![
            ("response_type", "code"),
            ("client_id", self.client_id),
            ("redirect_uri", self.redirect_uri),
            ("state", self.state),
            ("code_challenge", self.challenge),
            ("code_challenge_method", "S256"),
        ];
        own.extend(self.scope.map(|scope| ("scope", scope)));
        let resources = self.resources.iter();
        own.extend(resources.map(|resource| ("resource", resource.as_str())));
        let is_own = |name: &str| own.iter().any(|(own, _)| *own == name);

        let mut url = endpoint.clone();
        let mut query = url.query_pairs_mut();
        query.clear();
        let kept = endpoint.query_pairs().filter(|(name, _)| !is_own(name));
        query.extend_pairs(kept);
        query.extend_pairs(&own);
        let more = self.parameters.iter().filter(|(name, _)| !is_own(name));
        query.extend_pairs(more);
        drop(query);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: AuthorizationRequest<'_> = AuthorizationRequest {
        client_id: "my app",
        redirect_uri: "http://127.0.0.1:4711/callback",
        state: "s1",
        challenge: "c1",
        scope: None,
        resources: &[],
        parameters: &[],
    };

    fn url(endpoint: &str, request: &AuthorizationRequest<'_>) -> String {
        request.url(&endpoint.parse().unwrap()).into()
    }

    const OWN: &str = "response_type=code&client_id=my+app&redirect_uri=http%3A%2F%2F127.0.0.1%3A4711%2Fcallback&state=s1&code_challenge=c1&code_challenge_method=S256";

    #[test]
    fn the_request_is_in_the_query() {
        let plain = url("https://id.test/authorize", &REQUEST);
        assert_eq!(plain, format!("https://id.test/authorize?{OWN}"));

        let resources = ["https://a.test".to_owned(), "https://b.test".to_owned()];
        let parameters = [("prompt".to_owned(), "login".to_owned())];
        let request = AuthorizationRequest {
            scope: Some("read write"),
            resources: &resources,
            parameters: &parameters,
            ..REQUEST
        };
        let full = url("https://id.test/authorize?tenant=a%26b", &request);
        let expected = format!(
            "https://id.test/authorize?tenant=a%26b&{OWN}&scope=read+write&resource=https%3A%2F%2Fa.test&resource=https%3A%2F%2Fb.test&prompt=login"
        );
        assert_eq!(full, expected);
    }

    #[test]
    fn nothing_takes_the_place_of_the_request_or_stands_beside_it() {
        let parameters = [
            ("state".to_owned(), "evil".to_owned()),
            ("code_challenge_method".to_owned(), "plain".to_owned()),
            ("scope".to_owned(), "read".to_owned()),
        ];
        let request = AuthorizationRequest {
            parameters: &parameters,
            ..REQUEST
        };
        let crossed = url("https://id.test/authorize?state=x&client_id=y", &request);
        // The request has no scope of its own here.
        assert_eq!(
            crossed,
            format!("https://id.test/authorize?{OWN}&scope=read")
        );
    }
}
