//! What can be said on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

/// Forwards requests to an API, with a session, retries and a deadline.
#[derive(Parser)]
#[allow(clippy::struct_excessive_bools, reason = "a flag is one")]
#[command(version)]
pub(crate) struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9000")]
    pub(crate) listen: SocketAddr,

    /// The API: an http or https URL, whose path goes before those of requests
    #[arg(long, value_name = "URL")]
    pub(crate) upstream: String,

    /// The file that holds the session's tokens; several gateways may share it
    #[arg(long, value_name = "FILE", requires_all = ["token_url", "client_id"])]
    pub(crate) token_store: Option<PathBuf>,

    /// Where tokens are renewed (RFC 6749, section 6)
    #[arg(long, value_name = "URL", requires = "token_store")]
    pub(crate) token_url: Option<String>,

    /// As which client they are renewed
    #[arg(long, value_name = "ID", requires = "token_store")]
    pub(crate) client_id: Option<String>,

    /// The file that holds the client's secret, if it has one
    #[arg(long, value_name = "FILE", requires = "token_store")]
    pub(crate) client_secret_file: Option<PathBuf>,

    /// How long a call may take, its answer's body included; no limit unless given
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) deadline: Option<u64>,

    /// How often a request that does no harm twice is tried again
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) retries: u32,

    /// Up to which length a request's body is kept, to send it again after a 401 or for a retry
    #[arg(long, value_name = "BYTES", default_value_t = 256 * 1024)]
    pub(crate) replay_limit: usize,

    /// Forwards the Host header as it comes, instead of the upstream's
    #[arg(long)]
    pub(crate) keep_host: bool,

    /// Adds itself to the Via header of requests and answers
    #[arg(long)]
    pub(crate) via: bool,

    /// Lets other machines call, who then act as this session
    #[arg(long)]
    pub(crate) allow_remote: bool,

    /// A name by which the gateway may be called, besides localhost, loopback addresses and the upstream's; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) allow_host: Vec<String>,

    /// An origin whose pages may call, such as `http://localhost:3000`; may be repeated
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) allow_origin: Vec<String>,

    /// How long calls under way may go on once the gateway is asked to stop
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    pub(crate) grace: u64,

    /// Answers from what it has stored, where HTTP lets it: in memory, up to 64 MiB
    #[arg(long)]
    pub(crate) cache: bool,

    /// The folder in which answers are stored instead, up to 256 MiB, and outlive the gateway; it is made if need be
    #[arg(long, value_name = "DIR", requires = "cache")]
    pub(crate) cache_dir: Option<PathBuf>,

    /// Tells each attempt on standard error; `RUST_LOG` says what else, or at which level
    #[arg(long)]
    pub(crate) log: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_token_file_needs_to_know_where_and_as_whom_to_renew() {
        let parse = |more: &[&str]| {
            let upstream = ["gateway", "--upstream", "http://api.test"];
            Arguments::try_parse_from(upstream.iter().chain(more))
        };
        let file = "--token-store=tokens.json";
        let url = "--token-url=http://api.test/token";
        let id = "--client-id=cli";
        for incomplete in [
            &[file][..],
            &[file, url],
            &[file, id],
            &[url, id],
            &["--client-secret-file=secret"],
        ] {
            assert!(parse(incomplete).is_err(), "{incomplete:?}");
        }
        for complete in [&[][..], &[file, url, id]] {
            assert!(parse(complete).is_ok(), "{complete:?}");
        }
    }

    #[test]
    fn the_page_lists_each_option() {
        let page = include_str!("../../../../docs/gateway.md");
        for argument in Arguments::command().get_arguments() {
            let Some(name) = argument.get_long() else {
                continue;
            };
            assert!(page.contains(&format!("| `--{name}")), "{name}");
        }
    }
}
