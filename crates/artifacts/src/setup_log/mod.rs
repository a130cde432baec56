//! Setup logs: `setupapi.dev.log` (Windows Vista and later) and `setupapi.log` (Windows XP).
