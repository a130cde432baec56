//! Why bytes cannot be read as a database at all.

/// Why a database cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The first page is missing or does not begin like a database's.
    #[error("no SQLite database: it does not begin with `SQLite format 3`")]
    NoDatabase,
    /// The size of a page is none that a database can have.
    #[error("a page size of {0} bytes is impossible")]
    PageSize(u32),
    /// So little of each page is left to use that no row fits.
    #[error("{0} bytes are reserved at the end of each page; too little is left")]
    Reserved(u8),
    /// The encoding of texts is unknown.
    #[error("the text encoding {0} is unknown")]
    TextEncoding(u32),
}
