//! The mark on a request that wants no credential.

/// Marks one request as wanting no credential: put it into the request's extensions.
///
/// Such a request neither waits for a refresh nor starts one, and an ended session doesn't stop it. Sign-in and
/// token requests are its usual users.
///
/// ```
/// # async fn sign_in(client: reqwest_middleware::ClientWithMiddleware) -> reqwest_middleware::Result<()> {
/// use request_context::WithoutAuth;
///
/// let answer = client.post("https://api.example.com/login").with_extension(WithoutAuth).send().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WithoutAuth;
