//! Answers to store that show whether they are whole: each is made of its number and its round.

use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderMap, HeaderValue, StatusCode, Version};
use private_cache::{Entry, EntryParts, Key, Scope, Variants};

/// How many keys there are.
pub const NUMBERS: u64 = 40;
const ROUND: &str = "x-round";

/// The key of a number.
pub fn numbered_key(number: u64) -> Key {
    Key::named(Scope::Anonymous, &number.to_string())
}

/// What is stored under a number in a round: a few bytes to some ten thousand.
pub fn numbered_answer(number: u64, round: u64) -> Arc<Variants> {
    let mut headers = HeaderMap::new();
    headers.insert(ROUND, HeaderValue::from(round));
    let lines = usize::try_from((number * round) % 4_000).unwrap();
    let entry = Entry::from(EntryParts {
        url: "https://api.test/".parse().unwrap(),
        status: StatusCode::OK,
        version: Version::HTTP_11,
        headers,
        body: format!("{number} {round}\n").repeat(lines).into(),
        varied: Vec::new(),
        request_time: SystemTime::UNIX_EPOCH,
        response_time: SystemTime::UNIX_EPOCH,
        fresh_for: None,
    });
    Arc::new(Variants::new(vec![Arc::new(entry)]))
}

/// Whether this is what was stored under the number in some round, whole.
pub fn is_whole(number: u64, found: &Variants) -> bool {
    let [found] = found.entries() else {
        return false;
    };
    let round = found.parts().headers.get(ROUND).unwrap();
    let round = round.to_str().unwrap().parse().unwrap();
    let stored = numbered_answer(number, round);
    let stored = stored.entries()[0].parts();
    found.parts().headers == stored.headers && found.parts().body == stored.body
}
