//! Processes that die at any moment.

use std::time::{Duration, Instant};

use facade::TokenStore;
use futures_util::future::join_all;

use crate::worker::Worker;
use crate::world::World;

/// How long it goes on, in seconds; the gate sets a minute.
const SECONDS: &str = "RANDOM_KILLS_SECONDS";

#[tokio::test(flavor = "multi_thread")]
async fn one_of_four_processes_is_killed_at_random_again_and_again_and_the_session_stays_healthy() {
    let seconds = std::env::var(SECONDS).map_or(3, |seconds| seconds.parse().unwrap());
    let end = Instant::now() + Duration::from_secs(seconds);
    // A token that was spent in a crash is taken for as long as this test lasts.
    let world = World::signed_in(Duration::from_secs(600)).await;
    let mut workers = join_all((0..4).map(|_| Worker::start(&world))).await;
    let mut random = Random::seeded();
    let mut kills = 0;
    while Instant::now() < end {
        world.expire().await;
        for worker in &mut workers {
            worker.begin(5).await;
        }
        // There is nothing to wait for: any moment will do.
        tokio::time::sleep(Duration::from_micros(random.below(20_000))).await;
        let unlucky = usize::try_from(random.below(4)).unwrap();
        workers.swap_remove(unlucky).kill().await;
        kills += 1;
        let stored = world.store().load().await.unwrap();
        assert!(stored.is_some(), "after {kills} kills");
        for worker in &mut workers {
            assert_eq!(worker.answer().await.as_deref(), Some("5 ok"), "{kills}");
        }
        workers.push(Worker::start(&world).await);
    }
    world.expire().await;
    let answers = join_all(workers.iter_mut().map(|worker| worker.calls(5))).await;
    assert_eq!(answers, ["5 ok"; 4]);
    let stats = world.stats().await;
    println!(
        "{kills} kills in {seconds} s: {} refreshes, {} of them came again, {} rejected",
        stats.refreshes + stats.refreshes_repeated,
        stats.refreshes_repeated,
        stats.refreshes_rejected
    );
    assert_eq!((stats.refreshes_rejected, stats.sessions_ended), (0, 0));
    assert_eq!(world.left_over(), [""; 0]);
}

/// A xorshift generator: nothing here needs a better one.
struct Random(u64);

impl Random {
    fn seeded() -> Self {
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
        let seed = u64::from(now.subsec_nanos()) | 1;
        println!("seed {seed}");
        Self(seed)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
