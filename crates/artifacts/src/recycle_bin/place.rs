//! Where recycle bins lie, and what their names say.

/// A file of a recycle bin, by its path on the volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BinPlace<'p> {
    /// The SID of the user whose bin it is. `None` on FAT and exFAT volumes, where all users share
    /// one bin.
    pub sid: Option<&'p str>,
    /// The file's name.
    pub name: &'p str,
}

impl<'p> BinPlace<'p> {
    /// From a path on a volume, with `/` or `\` between the names. `None` where the path is not
    /// directly in a bin.
    #[must_use]
    pub fn of(path: &'p str) -> Option<Self> {
        let mut names = path.rsplit(['/', '\\']);
        let name = names.next().filter(|name| !name.is_empty())?;
        let folder = names.next()?;
        let is_bin = |folder: &str| {
            ["$Recycle.Bin", "RECYCLER", "RECYCLED"]
                .iter()
                .any(|bin| bin.eq_ignore_ascii_case(folder))
        };
        if is_bin(folder) {
            return Some(Self { sid: None, name });
        }
        let is_sid = folder.len() > 4
            && folder
                .get(..4)
                .is_some_and(|start| start.eq_ignore_ascii_case("S-1-"));
        (is_sid && names.next().is_some_and(is_bin)).then_some(Self {
            sid: Some(folder),
            name,
        })
    }
}

/// Whether a name is that of an index file: `$I`, six letters or digits, the extension. Also `$I`
/// with any other name behind it, since old versions used other lengths.
#[must_use]
pub fn is_index_file(name: &str) -> bool {
    name.len() > 2
        && name
            .get(..2)
            .is_some_and(|start| start.eq_ignore_ascii_case("$I"))
}

/// The name of the content that belongs to an index file: `$RABC123.txt` for `$IABC123.txt`. `None`
/// for other names.
#[must_use]
pub fn content_name(index_file: &str) -> Option<String> {
    is_index_file(index_file)
        .then(|| index_file.get(2..))
        .flatten()
        .map(|rest| format!("$R{rest}"))
}
