//! Runs the demo API in a process of its own, until ctrl-c.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use examples::demo_api::DemoApi;
use tokio::net::TcpListener;
use tokio::signal::ctrl_c;

/// A server that behaves like the API of a real service: sessions that expire, endpoints that fail, counters of it all.
///
/// Its control endpoints ask for no credential, so keep it on loopback.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8000")]
    listen: SocketAddr,

    /// How long an access token lives
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    token_lifetime: u64,

    /// For how long a used refresh token gets the same successor again, instead of ending the session
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    reuse_leeway: u64,

    /// Who can log in
    #[arg(long, default_value = "ada")]
    username: String,

    /// With which password
    #[arg(
        long,
        env = "DEMO_API_PASSWORD",
        hide_env_values = true,
        default_value = "lovelace"
    )]
    password: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let api = DemoApi::builder()
        .token_lifetime(Duration::from_secs(arguments.token_lifetime))
        .reuse_leeway(Duration::from_secs(arguments.reuse_leeway))
        .user(arguments.username, arguments.password)
        .build();
    let server = api.serve(TcpListener::bind(arguments.listen).await?)?;
    // Ctrl-c is listened to before the line invites anyone to send it.
    let (interrupted, ()) =
        tokio::join!(biased; ctrl_c(), async { println!("demo-api listens on {}", server.url()) });
    interrupted?;

    // Requests under way are answered, unless ctrl-c comes again.
    tokio::select! {
        () = server.shutdown() => {}
        again = ctrl_c() => again?,
    }
    Ok(())
}
