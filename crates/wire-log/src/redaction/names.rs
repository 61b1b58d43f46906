//! Which names of JSON keys and form fields stand for a secret.

/// Secret wherever they stand in a name, written without case and separators.
const PARTS: [&str; 29] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "authorization",
    "apikey",
    "accesskey",
    "privatekey",
    "signingkey",
    "credential",
    "cookie",
    "assertion",
    "codeverifier",
    "creditcard",
    "cardnumber",
    "securitycode",
    "socialsecurity",
    "sessionid",
    "sessionkey",
    "encryptionkey",
    "connectionstring",
    "samlresponse",
    // Those of RFC 8628, and those that stand for a second factor.
    "devicecode",
    "usercode",
    "verificationcode",
    "recoverycode",
    "backupcode",
];

/// Secret where they are a whole word of a name: within others they mean nothing, as the `pin` in `shipping`.
const WORDS: [&str; 18] = [
    "pwd",
    "pass",
    "pin",
    "cvv",
    "cvc",
    "csc",
    "ssn",
    "otp",
    "totp",
    "card",
    "pan",
    "iban",
    "auth",
    "jwt",
    "sid",
    "sig",
    "signature",
    "creds",
];

/// Which names stand for a secret.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    redacted: Vec<String>,
    allowed: Vec<String>,
}

impl Names {
    pub(super) fn redact(&mut self, name: &str) {
        self.redacted.push(plain(name));
    }

    pub(super) fn allow(&mut self, name: &str) {
        self.allowed.push(plain(name));
    }

    /// Whether what stands under this name is a secret.
    pub(super) fn is_secret(&self, name: &str) -> bool {
        let plain = plain(name);
        if self.redacted.contains(&plain) {
            return true;
        }
        if self.allowed.contains(&plain) {
            return false;
        }
        PARTS.iter().any(|part| plain.contains(part))
            || WORDS.contains(&singular(&plain))
            || words(name).any(|word| WORDS.contains(&singular(&word)))
    }
}

/// The name without case and separators.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The words of a name, however they are set apart: `user-pin`, `userPin`, `UserPIN`.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let next_is_lower = letters.peek().is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase() && (!before.is_uppercase() || next_is_lower);
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.into_iter().filter(|word| !word.is_empty())
}

/// The word without a number or a plural at its end: `cvv2`, `cards`.
fn singular(word: &str) -> &str {
    let word = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
    match word.strip_suffix('s') {
        Some(one) if WORDS.contains(&one) => one,
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sounds_like_a_secret_is_one_however_it_is_written() {
        let names = Names::default();
        for name in [
            "password",
            "Password",
            "PASSWORD",
            "user_password",
            "passwordConfirmation",
            "pass-word",
            "pass word",
            "passwd",
            "pwd",
            "secret",
            "client_secret",
            "clientSecret",
            "token",
            "access_token",
            "accessToken",
            "ACCESSTOKEN",
            "refresh-token",
            "id.token",
            "tokens",
            "authorization",
            "Authorization",
            "api_key",
            "api-key",
            "apiKey",
            "APIKEY",
            "x-api-key",
            "card",
            "cards",
            "card_number",
            "creditCard",
            "cvv",
            "cvv2",
            "CVC",
            "pin",
            "PIN",
            "userPin",
            "UserPIN",
            "PINCode",
            "pin_2",
            "ssn",
            "user.ssn",
            "otp",
            "iban",
            "session_id",
            "sessionID",
            "private_key",
            "set-cookie",
            "code_verifier",
            "jwt",
            "sig",
            "device_code",
            "userCode",
            "verification_code",
            "recovery-codes",
            "backupCodes",
            "SAMLResponse",
            "connectionString",
            "encryption_key",
        ] {
            assert!(names.is_secret(name), "{name}");
        }
    }

    #[test]
    fn what_only_looks_like_a_secret_is_shown() {
        let names = Names::default();
        for name in [
            "name",
            "shipping",
            "spin",
            "pinned",
            "company",
            "author",
            "passenger",
            "cardinal",
            "discard",
            "keyboard",
            "key",
            "code",
            "status",
            "session_count",
            "signal",
            "japan",
            "",
            "_",
            "otpless",
        ] {
            assert!(!names.is_secret(name), "{name}");
        }
    }

    #[test]
    fn a_callers_own_names_go_before_the_defaults() {
        let mut names = Names::default();
        names.redact("date of birth");
        names.allow("next_page_token");
        assert!(names.is_secret("dateOfBirth"));
        assert!(names.is_secret("DATE-OF-BIRTH"));
        assert!(!names.is_secret("birth"));
        assert!(!names.is_secret("nextPageToken"));
        assert!(names.is_secret("page_token"));
        names.redact("next-page-token");
        assert!(names.is_secret("nextPageToken"));
    }
}
