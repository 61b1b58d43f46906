//! What a server asks for when it refuses a request: the challenges of `WWW-Authenticate` (RFC 9110 §11).

mod parser;

use std::fmt;

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

use parser::Parser;

/// The challenges of an answer, in the order in which the server wrote them.
///
/// Reading never fails. What can't be read is left out and does no harm to its neighbours: an unknown scheme, a token
/// among parameters, a quotation mark that nobody closed, a comma that is missing. The headers are read up to 16 KiB,
/// and no more than 64 challenges of them.
///
/// ```
/// use auth_middleware::Challenges;
/// use http::{HeaderMap, header::WWW_AUTHENTICATE};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut headers = HeaderMap::new();
/// headers.insert(
///     WWW_AUTHENTICATE,
///     r#"Negotiate, Bearer realm="api", error="insufficient_scope", scope="read write""#.parse()?,
/// );
/// let challenges = Challenges::of(&headers);
/// assert_eq!(challenges.iter().count(), 2);
///
/// let bearer = challenges.iter().find(|challenge| challenge.is("bearer"));
/// assert_eq!(bearer.and_then(|bearer| bearer.parameter("scope")), Some("read write"));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenges(Vec<Challenge>);

impl Challenges {
    /// Reads the `WWW-Authenticate` headers of an answer. Several headers are read as one list (RFC 9110 §5.3).
    pub fn of(headers: &HeaderMap) -> Self {
        let mut parser = Parser::default();
        for value in headers.get_all(WWW_AUTHENTICATE) {
            parser.read(value.as_bytes());
        }
        Self(parser.into_challenges())
    }

    /// Each challenge in turn.
    pub fn iter(&self) -> std::slice::Iter<'_, Challenge> {
        self.0.iter()
    }

    /// Whether the server has asked for nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Challenges {
    type Item = &'a Challenge;
    type IntoIter = std::slice::Iter<'a, Challenge>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One challenge: a scheme, and what it says in parameters or in a single token.
///
/// `Debug` shows names and no values, since a server may put into them what it was sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    scheme: Box<str>,
    token68: Option<Box<str>>,
    parameters: Vec<(Box<str>, Box<str>)>,
}

impl Challenge {
    fn new(scheme: &str) -> Self {
        Self {
            scheme: scheme.into(),
            token68: None,
            parameters: Vec::new(),
        }
    }

    /// The scheme as the server wrote it, such as `Bearer`.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Whether it is of this scheme. Schemes have no case (RFC 9110 §11.1).
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// The single token that some schemes have in place of parameters, such as `Negotiate`.
    pub fn token68(&self) -> Option<&str> {
        self.token68.as_deref()
    }

    /// The value of the first parameter of this name, without its quotation marks. Names have no case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Each parameter in turn, its name and its value.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters
            .iter()
            .map(|(name, value)| (&**name, &**value))
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.parameters().map(|(name, _)| name).collect();
        f.debug_struct("Challenge")
            .field("scheme", &self.scheme)
            .field("parameters", &names)
            .finish_non_exhaustive()
    }
}
