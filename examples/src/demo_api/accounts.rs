//! The users and their passwords.

use std::collections::HashMap;

use super::secret::Secret;

#[derive(Debug)]
pub(super) struct Accounts(HashMap<String, Secret>);

impl Accounts {
    pub(super) fn new(passwords: HashMap<String, Secret>) -> Self {
        Self(passwords)
    }

    pub(super) fn know(&self, username: &str, password: &Secret) -> bool {
        self.0.get(username) == Some(password)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_opens_the_account_of_its_own_user_alone() {
        let passwords = [("ada", "lovelace"), ("grace", "hopper")];
        let passwords = passwords.map(|(user, password)| (user.to_owned(), Secret::new(password)));
        let accounts = Accounts::new(passwords.into());
        assert!(accounts.know("ada", &Secret::new("lovelace")));
        for (user, password) in [("ada", "hopper"), ("alan", "lovelace"), ("ada", "")] {
            assert!(!accounts.know(user, &Secret::new(password)), "{user}");
        }
    }
}
