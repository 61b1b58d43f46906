//! A program with a session, in a process of its own.

use std::ffi::OsStr;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::world::World;

const PROGRAM: &str = env!("CARGO_BIN_EXE_session-worker");

/// A program with a session, in a process of its own. It is killed when it is dropped.
pub(crate) struct Worker {
    process: Child,
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    pub(crate) async fn start(world: &World) -> Self {
        Self::spawn(&mut Self::command(world, &world.token_url())).await
    }

    /// One that stands still when it has taken this step.
    pub(crate) async fn stopping_at(world: &World, step: &str) -> Self {
        let mut command = Self::command(world, &world.token_url());
        Self::spawn(command.args(["--stop-at", step])).await
    }

    /// One whose token endpoint is there.
    pub(crate) async fn through(world: &World, token_url: &str) -> Self {
        Self::spawn(&mut Self::command(world, token_url)).await
    }

    /// One that another program starts, and looks at.
    pub(crate) async fn under(
        world: &World,
        program: &str,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Self {
        let worker = Self::command(world, &world.token_url());
        let worker = worker.as_std();
        let mut command = Command::new(program);
        command
            .args(arguments)
            .arg(worker.get_program())
            .args(worker.get_args());
        Self::spawn(&mut command).await
    }

    fn command(world: &World, token_url: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(["--api", world.url()])
            .args(["--token-url", token_url])
            .arg("--tokens")
            .arg(world.file());
        command
    }

    async fn spawn(command: &mut Command) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let commands = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut worker = Self {
            process,
            commands,
            answers,
        };
        assert_eq!(worker.answer().await.as_deref(), Some("ready"));
        worker
    }

    /// Has it begin so many calls at once.
    pub(crate) async fn begin(&mut self, calls: usize) {
        let command = format!("calls {calls}\n");
        self.commands.write_all(command.as_bytes()).await.unwrap();
    }

    /// The next thing it says; none if it is gone.
    pub(crate) async fn answer(&mut self) -> Option<String> {
        stack_tests::soon(self.answers.next_line()).await.unwrap()
    }

    /// Has it make so many calls at once, and tells how they went.
    pub(crate) async fn calls(&mut self, calls: usize) -> String {
        self.begin(calls).await;
        self.answer().await.unwrap()
    }

    /// Kills it, and waits until it is gone.
    pub(crate) async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    /// Tells it that there are no more commands, and waits until it has ended.
    pub(crate) async fn end(self) {
        let Self {
            mut process,
            commands,
            ..
        } = self;
        drop(commands);
        assert!(process.wait().await.unwrap().success());
    }
}
