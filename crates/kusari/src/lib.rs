//! kusari
