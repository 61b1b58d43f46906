//! The code that a user carries from a device to a browser (RFC 8628 §6.1).

use std::fmt;

/// Letters that neither form words nor look like each other.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

/// Eight letters, which are shown in two groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UserCode([u8; LENGTH]);

impl UserCode {
    pub(super) fn random() -> Result<Self, getrandom::Error> {
        let mut number = getrandom::u64()?;
        let code = [(); LENGTH].map(|()| {
            let letter = usize::try_from(number % 20).unwrap_or_default();
            number /= 20;
            LETTERS[letter]
        });
        Ok(Self(code))
    }

    /// What a user typed: lower case will do, and all that is no letter is passed over.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        let letters: Vec<u8> = typed
            .bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let is_code = letters.iter().all(|letter| LETTERS.contains(letter));
        letters.try_into().ok().filter(|_| is_code).map(Self)
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, letter) in self.0.iter().enumerate() {
            if position == LENGTH / 2 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*letter))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = UserCode::parse("WDJB-MJHT").unwrap();
        assert_eq!(code.to_string(), "WDJB-MJHT");
        for typed in ["WDJBMJHT", "wdjb-mjht", " wdjb mjht\n", "W.D.J.B.M.J.H.T"] {
            assert_eq!(UserCode::parse(typed).as_ref(), Some(&code), "{typed}");
        }
        for typed in ["", "WDJB-MJH", "WDJB-MJHTT", "WDJB-MJHA", "WDJB-MJH1"] {
            assert_eq!(UserCode::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn random_codes_differ_and_can_be_typed() {
        let (one, two) = (UserCode::random().unwrap(), UserCode::random().unwrap());
        assert_ne!(one, two);
        assert_eq!(UserCode::parse(&one.to_string()), Some(one));
    }
}
