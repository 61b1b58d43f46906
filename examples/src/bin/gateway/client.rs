//! The client that requests go through: the facade, told to keep its hands off the answers.

use facade::{Auth, Cache, Client, ErrorMapMiddleware, LogMiddleware, RetryMiddleware};

use crate::arguments::Arguments;
use crate::start_error::StartError;
use crate::upstream::Upstream;

pub(crate) fn build(
    arguments: &Arguments,
    upstream: &Upstream,
    auth: Option<Auth>,
    cache: Option<Cache>,
) -> Result<Client, StartError> {
    let retries = arguments.retries;
    let mut client = Client::builder(upstream.base().as_str())
        // All answers go to the caller, who knows what to make of them.
        .return_redirects(true)
        .error_map(ErrorMapMiddleware::new().error_for(|_| false))
        .read_timeout(None)
        .retry((retries > 0).then(|| RetryMiddleware::new().max_retries(retries)))
        .cache(cache)
        .log(arguments.log.then(LogMiddleware::new))
        // The same HTTP on both sides, and bodies as they are.
        .reqwest(|reqwest| {
            let reqwest = reqwest.http1_only();
            reqwest.no_gzip().no_brotli().no_deflate().no_zstd()
        });
    if upstream.is_on_this_machine() {
        // What doesn't leave the machine is nothing for a proxy.
        client = client.reqwest(reqwest::ClientBuilder::no_proxy);
    }
    if let Some(auth) = auth {
        client = client.auth(auth);
    }
    client.build().map_err(StartError::Client)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    /// What reqwest tells of its settings, since a test that waits for a timeout would take as long.
    #[tokio::test]
    async fn there_is_no_read_timeout() {
        let settings = |client: Client| format!("{:?}", client.inner());
        let usual = Client::builder("http://127.0.0.1").build().unwrap();
        assert!(settings(usual).contains("read_timeout: 30s"));

        let url = "http://127.0.0.1";
        let arguments = Arguments::parse_from(["gateway", "--upstream", url]);
        let upstream = Upstream::parse(url).unwrap();
        let client = build(&arguments, &upstream, None, None).unwrap();
        let settings = settings(client);
        assert!(!settings.contains("timeout"), "{settings}");
    }
}
