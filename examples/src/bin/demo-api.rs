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

    /// A client with a secret, which may ask for tokens of its own
    #[arg(long, value_name = "ID", default_value = "service")]
    client_id: String,

    /// The secret of that client
    #[arg(
        long,
        value_name = "SECRET",
        env = "DEMO_API_CLIENT_SECRET",
        hide_env_values = true,
        default_value = "babbage"
    )]
    client_secret: String,

    /// A client without a secret, such as a program on a user's machine
    #[arg(long, value_name = "ID", default_value = "cli")]
    public_client_id: String,

    /// How long an authorization code can be redeemed
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    authorization_code_lifetime: u64,

    /// How long a device waits for its user
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    device_code_lifetime: u64,

    /// How long a device has to wait between two polls
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    device_interval: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let api = DemoApi::builder()
        .token_lifetime(Duration::from_secs(arguments.token_lifetime))
        .reuse_leeway(Duration::from_secs(arguments.reuse_leeway))
        .user(arguments.username, arguments.password)
        .client(arguments.client_id, arguments.client_secret)
        .public_client(arguments.public_client_id)
        .authorization_code_lifetime(Duration::from_secs(arguments.authorization_code_lifetime))
        .device_code_lifetime(Duration::from_secs(arguments.device_code_lifetime))
        .device_interval(Duration::from_secs(arguments.device_interval))
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
