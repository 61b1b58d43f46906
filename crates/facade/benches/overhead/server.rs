//! The server that answers the measured requests, in a process of its own so that its work isn't counted.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;

/// The argument that makes this program the server.
pub(crate) const ROLE: &str = "--serve";

/// What every request is answered with, but for those to be kept.
pub(crate) const BODY: &str = r#"{"id":7,"name":"Ada"}"#;

/// The path of an answer of so many bytes that may be kept.
pub(crate) fn kept_path(bytes: usize) -> String {
    format!("kept/{bytes}")
}

/// A server that runs until this is dropped.
pub(crate) struct Server {
    process: Child,
    port: u16,
}

impl Server {
    pub(crate) fn start() -> io::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(ROLE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        match line.trim().parse() {
            Ok(port) => Ok(Self { process, port }),
            Err(_) => Err(io::Error::other("the server did not start")),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // It has nothing to lose, and there is nobody left to tell.
        let _ = self.process.wait();
    }
}

/// Answers each request with the same small response, or with one that may be kept. Prints its port first.
///
/// It ends with its standard input: so it ends with the process that started it, however that one ends.
pub(crate) fn run() -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("{}", listener.local_addr()?.port());
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || answer(&connection));
        }
    });
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn response(headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{headers}content-length: {length}\r\n\r\n{body}"
    )
}

/// How many bytes a request line asks for that may be kept.
fn kept_bytes(line: &str) -> Option<usize> {
    let (_, rest) = line.split_once(" /v1/kept/")?;
    rest.split(' ').next()?.parse().ok()
}

/// Serves one connection until the client closes it.
fn answer(connection: &TcpStream) -> io::Result<()> {
    let small = response("", BODY);
    let mut kept = None;
    connection.set_nodelay(true)?;
    let mut writer = connection;
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        // A GET has no body: the empty line is its end.
        if line == "\r\n" {
            writer.write_all(kept.take().unwrap_or_else(|| small.clone()).as_bytes())?;
        } else if let Some(bytes) = kept_bytes(&line) {
            let headers = "cache-control: max-age=3600\r\netag: \"1\"\r\n";
            kept = Some(response(headers, &"x".repeat(bytes)));
        }
        line.clear();
    }
    Ok(())
}
