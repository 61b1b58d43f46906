//! What waiting devices are told, by a clock of the tests.

use super::*;

const LIFETIME: Duration = Duration::from_secs(600);
const INTERVAL: Duration = Duration::from_secs(5);

fn code(text: &str) -> UserCode {
    UserCode::parse(text).unwrap()
}

fn approve() -> Decision {
    Decision::Approve {
        username: "ada".to_owned(),
    }
}

/// Device 1 waits with the user code BBBB-BBBB, and device 2 with CCCC-CCCC.
fn two_devices(now: Instant) -> DeviceCodes {
    let mut codes = DeviceCodes::new(LIFETIME, INTERVAL);
    for (device_code, user_code) in [("1", "BBBBBBBB"), ("2", "CCCCCCCC")] {
        codes.begin(
            Secret::new(device_code),
            code(user_code),
            "cli",
            Scope::Messages,
            now,
        );
    }
    codes
}

#[test]
fn an_approval_is_handed_to_its_device_alone_and_once() {
    let now = Instant::now();
    let mut codes = two_devices(now);
    assert_eq!(codes.poll("1", "cli", now), Err(PollRefused::Pending));
    assert_eq!(codes.decide(&code("BBBBBBBB"), approve(), now), Ok(()));
    assert_eq!(codes.poll("2", "cli", now), Err(PollRefused::Pending));

    assert_eq!(codes.poll("1", "other", now), Err(PollRefused::Unknown));
    let grantee = Grantee {
        name: "ada".to_owned(),
        client: Some("cli".to_owned()),
        scope: Scope::Messages,
    };
    // It was polled a moment ago; an answer that is there does not wait for the interval.
    assert_eq!(codes.poll("1", "cli", now), Ok(grantee));
    assert_eq!(codes.poll("1", "cli", now), Err(PollRefused::Unknown));
}

#[test]
fn a_denial_is_told_each_time() {
    let now = Instant::now();
    let mut codes = two_devices(now);
    assert_eq!(codes.decide(&code("BBBBBBBB"), Decision::Deny, now), Ok(()));
    for _ in 0..2 {
        assert_eq!(codes.poll("1", "cli", now), Err(PollRefused::Denied));
    }
}

#[test]
fn a_user_decides_once_and_only_about_a_code_that_waits() {
    let now = Instant::now();
    let mut codes = two_devices(now);
    let first = code("BBBBBBBB");
    assert_eq!(codes.asked_by(&first, now), Ok(("cli", Scope::Messages)));
    assert_eq!(codes.decide(&first, Decision::Deny, now), Ok(()));
    assert_eq!(codes.asked_by(&first, now), Err(NothingToDecide));
    assert_eq!(codes.decide(&first, approve(), now), Err(NothingToDecide));
    assert_eq!(
        codes.decide(&code("DDDDDDDD"), approve(), now),
        Err(NothingToDecide)
    );
    let late = codes.decide(&code("CCCCCCCC"), approve(), now + LIFETIME);
    assert_eq!(late, Err(NothingToDecide));
}

#[test]
fn a_device_code_lives_for_its_lifetime_whatever_was_decided() {
    let now = Instant::now();
    let mut codes = two_devices(now);
    let last = now + LIFETIME.saturating_sub(Duration::from_nanos(1));
    assert_eq!(codes.poll("1", "cli", last), Err(PollRefused::Pending));
    assert_eq!(codes.decide(&code("BBBBBBBB"), approve(), last), Ok(()));
    for device_code in ["1", "2"] {
        let late = codes.poll(device_code, "cli", now + LIFETIME);
        assert_eq!(late, Err(PollRefused::Expired));
    }
}

#[test]
fn each_poll_that_comes_too_soon_makes_the_interval_five_seconds_longer() {
    let now = Instant::now();
    let mut codes = two_devices(now);
    let mut at = now;
    for (pause_ms, answer) in [
        (0, PollRefused::Pending),
        (4_999, PollRefused::SlowDown),
        (9_999, PollRefused::SlowDown),
        (15_000, PollRefused::Pending),
        (14_999, PollRefused::SlowDown),
        (20_000, PollRefused::Pending),
    ] {
        at += Duration::from_millis(pause_ms);
        assert_eq!(
            codes.poll("1", "cli", at),
            Err(answer),
            "after {pause_ms} ms"
        );
    }
    // The other device has an interval of its own.
    assert_eq!(codes.poll("2", "cli", at), Err(PollRefused::Pending));
    let next = at + INTERVAL;
    assert_eq!(codes.poll("2", "cli", next), Err(PollRefused::Pending));
}

#[test]
fn without_an_interval_no_poll_comes_too_soon() {
    let now = Instant::now();
    let mut codes = DeviceCodes::new(LIFETIME, Duration::ZERO);
    codes.begin(
        Secret::new("1"),
        code("BBBBBBBB"),
        "cli",
        Scope::Messages,
        now,
    );
    for _ in 0..3 {
        assert_eq!(codes.poll("1", "cli", now), Err(PollRefused::Pending));
    }
}
