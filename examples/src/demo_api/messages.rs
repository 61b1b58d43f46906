//! The messages of the service: cursor pages, and creation that an idempotency key makes safe to repeat.
//!
//! Pure: no clock, no sockets. Ids rise and nothing is removed, so a cursor stays right while messages are added.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::{Duration, SystemTime};

use serde::Serialize;

/// How many messages there are at the start.
const SEEDED: u64 = 250;
/// When the first of them was written: 2026-01-01T00:00:00Z, in seconds. The others follow a minute apart.
const SEEDED_FROM: u64 = 1_767_225_600;
const AUTHORS: [&str; 4] = ["ada", "alan", "barbara", "grace"];

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Message {
    pub(super) id: u64,
    pub(super) author: String,
    pub(super) text: String,
    #[serde(skip)]
    pub(super) written: SystemTime,
}

/// Messages in the order of their ids.
#[derive(Debug)]
pub(super) struct Messages {
    /// The message with id `n` is at `n - 1`.
    all: Vec<Message>,
    created_by_key: HashMap<(String, String), u64>,
}

/// Where a page starts: after the message with this id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    after: u64,
}

/// One page, and where the next one starts unless this is the last.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page<'a> {
    pub(super) messages: &'a [Message],
    pub(super) next: Option<Cursor>,
}

/// What came of a wish to create a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Creation {
    Created(Message),
    /// The key was used before for the same message: this is what it created.
    Replayed(Message),
    /// The key was used before for another message.
    KeyTaken,
}

impl Messages {
    pub(super) fn seeded() -> Self {
        let authors = AUTHORS.iter().cycle();
        let all = (1..=SEEDED).zip(authors).map(|(id, author)| Message {
            id,
            author: (*author).to_owned(),
            text: format!("Message number {id}"),
            written: SystemTime::UNIX_EPOCH + Duration::from_secs(SEEDED_FROM + 60 * id),
        });
        Self {
            all: all.collect(),
            created_by_key: HashMap::new(),
        }
    }

    pub(super) fn find(&self, id: u64) -> Option<&Message> {
        self.all.get(index(id.checked_sub(1)?))
    }

    /// At most `limit` messages, oldest first.
    pub(super) fn page(&self, cursor: Cursor, limit: usize) -> Page<'_> {
        let rest = self.all.get(index(cursor.after)..).unwrap_or_default();
        let messages = &rest[..rest.len().min(limit)];
        let more = messages.len() < rest.len();
        let next = messages
            .last()
            .filter(|_| more)
            .map(|last| Cursor { after: last.id });
        Page { messages, next }
    }

    /// Writes a message. Of two wishes of one author with the same key, only the first writes.
    pub(super) fn create(
        &mut self,
        author: &str,
        text: &str,
        key: Option<&str>,
        now: SystemTime,
    ) -> Creation {
        let id = self.all.len() as u64 + 1;
        if let Some(key) = key {
            match self
                .created_by_key
                .entry((author.to_owned(), key.to_owned()))
            {
                Entry::Occupied(earlier) => {
                    return match self.all.get(index(earlier.get() - 1)) {
                        Some(first) if first.text == text => Creation::Replayed(first.clone()),
                        _ => Creation::KeyTaken,
                    };
                }
                Entry::Vacant(free) => free.insert(id),
            };
        }
        let message = Message {
            id,
            author: author.to_owned(),
            text: text.to_owned(),
            written: now,
        };
        self.all.push(message.clone());
        Creation::Created(message)
    }
}

impl Cursor {
    /// Reads what [`Cursor::encode`] wrote.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("after-")?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let after = digits.parse().ok().filter(|_| plain)?;
        Some(Self { after })
    }

    pub(super) fn encode(self) -> String {
        format!("after-{}", self.after)
    }
}

/// A place in the list; past its end, however far, is past its end.
fn index(id: u64) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(messages: &Messages, limit: usize) -> Vec<u64> {
        let mut seen = Vec::new();
        let mut cursor = Some(Cursor::default());
        while let Some(from) = cursor {
            let page = messages.page(from, limit);
            seen.extend(page.messages.iter().map(|message| message.id));
            cursor = page.next;
        }
        seen
    }

    #[test]
    fn pages_of_any_size_visit_each_message_once_in_order() {
        let messages = Messages::seeded();
        let all: Vec<u64> = (1..=SEEDED).collect();
        for limit in [1, 7, 50, 125, 249, 250, 251, 1000] {
            assert_eq!(ids(&messages, limit), all, "limit {limit}");
        }
    }

    #[test]
    fn a_page_that_ends_with_the_last_message_has_no_next() {
        let messages = Messages::seeded();
        assert_eq!(messages.page(Cursor { after: 200 }, 50).next, None);
        assert_eq!(
            messages.page(Cursor { after: 200 }, 49).next,
            Some(Cursor { after: 249 })
        );
        assert_eq!(
            messages.page(Cursor { after: u64::MAX }, 50),
            Page {
                messages: &[],
                next: None
            }
        );
    }

    #[test]
    fn a_cursor_stays_right_while_messages_are_added() {
        let mut messages = Messages::seeded();
        let next = messages.page(Cursor::default(), 249).next.unwrap();
        messages.create("ada", "one more", None, SystemTime::UNIX_EPOCH);
        let rest: Vec<u64> = messages
            .page(next, 100)
            .messages
            .iter()
            .map(|message| message.id)
            .collect();
        assert_eq!(rest, [250, 251]);
    }

    #[test]
    fn a_cursor_survives_its_text_and_nothing_else_is_one() {
        let cursor = Cursor { after: 42 };
        assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        for text in [
            "",
            "42",
            "after-",
            "after-+4",
            "after--4",
            "after-4x",
            "after-99999999999999999999",
        ] {
            assert_eq!(Cursor::decode(text), None, "{text}");
        }
    }

    #[test]
    fn ids_outside_the_list_find_nothing() {
        let messages = Messages::seeded();
        assert_eq!(messages.find(1).map(|message| message.id), Some(1));
        assert_eq!(
            messages.find(SEEDED).map(|message| message.id),
            Some(SEEDED)
        );
        for id in [0, SEEDED + 1, u64::MAX] {
            assert_eq!(messages.find(id), None);
        }
    }

    #[test]
    fn a_key_creates_once_per_author_and_is_bound_to_its_message() {
        let mut messages = Messages::seeded();
        let now = SystemTime::UNIX_EPOCH;
        let Creation::Created(first) = messages.create("ada", "hello", Some("k"), now) else {
            panic!("not created")
        };
        assert_eq!(first.id, SEEDED + 1);
        let later = now + Duration::from_secs(5);
        assert_eq!(
            messages.create("ada", "hello", Some("k"), later),
            Creation::Replayed(first)
        );
        assert_eq!(
            messages.create("ada", "goodbye", Some("k"), later),
            Creation::KeyTaken
        );
        assert!(matches!(
            messages.create("grace", "hello", Some("k"), later),
            Creation::Created(_)
        ));
        assert!(matches!(
            messages.create("ada", "hello", None, later),
            Creation::Created(_)
        ));
        assert_eq!(ids(&messages, 100).len() as u64, SEEDED + 3);
    }
}
