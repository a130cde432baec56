//! Whose profile a file lies in.

/// The folder below `Users` or `Documents and Settings` on the way to a file: the name of the
/// profile, which is most often that of the account.
pub(super) fn user_of(path: &str) -> Option<&str> {
    let mut parts = path.split('/');
    parts.find(|part| {
        ["Users", "Documents and Settings"]
            .iter()
            .any(|name| part.eq_ignore_ascii_case(name))
    })?;
    let name = parts.next()?;
    // A file right below `Users` is in nobody's profile.
    parts.next().map(|_| name)
}

#[cfg(test)]
mod tests {
    use super::user_of;

    #[test]
    fn the_profile_folder_names_the_user() {
        assert_eq!(user_of("Users/tony/NTUSER.DAT"), Some("tony"));
        assert_eq!(user_of("Users/tony/AppData/Roaming/x.lnk"), Some("tony"));
        assert_eq!(
            user_of("C/Documents and Settings/Pat/ntuser.dat"),
            Some("Pat")
        );
        assert_eq!(user_of("registry/NTUSER.DAT"), None);
        assert_eq!(user_of("Users/desktop.ini"), None);
        assert_eq!(user_of("NTUSER.DAT"), None);
    }
}
