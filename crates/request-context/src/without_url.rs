//! Errors of the host crates without the URL that their texts show.

use crate::BoxError;

/// Takes the URL out of an error of reqwest or reqwest-middleware. Their texts show it whole, with query and userinfo.
/// Other errors pass as they are.
#[must_use]
pub fn without_url(error: BoxError) -> BoxError {
    let error = match error.downcast::<reqwest::Error>() {
        Ok(error) => return error.without_url().into(),
        Err(other) => other,
    };
    match error.downcast::<reqwest_middleware::Error>() {
        Ok(error) => error.without_url().into(),
        Err(other) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error() -> reqwest::Error {
        let url = "http://api.test/?key=hunter2".parse().unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = client.get("http://api.test/").header("bad name", "x");
        request.build().unwrap_err().with_url(url)
    }

    #[test]
    fn the_errors_of_the_host_lose_their_url_and_keep_their_type() {
        assert!(error().to_string().contains("hunter2"));
        let bare = without_url(error().into());
        assert!(bare.is::<reqwest::Error>());
        let wrapped = without_url(reqwest_middleware::Error::from(error()).into());
        assert!(wrapped.is::<reqwest_middleware::Error>());
        assert!(!format!("{bare} {bare:?} {wrapped} {wrapped:?}").contains("hunter2"));
    }

    #[test]
    fn other_errors_pass_as_they_are() {
        assert!(without_url(std::fmt::Error.into()).is::<std::fmt::Error>());
    }
}
