//! What the fixture writer writes, as somebody else reads it.
