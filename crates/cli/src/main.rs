//! The command line of Kusari.

fn main() {}
