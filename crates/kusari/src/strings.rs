//! Repeated strings are kept once. Every column of text holds small numbers into a pool.

use std::collections::HashMap;

/// A text in a [`StringPool`]. [`Text::NONE`] stands for "nothing".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(u32);

impl Text {
    /// No text. Differs from the empty text, which evidence can hold.
    pub const NONE: Self = Self(u32::MAX);

    /// Whether there is a text.
    #[must_use]
    pub fn is_some(self) -> bool {
        self != Self::NONE
    }

    fn index(self) -> Option<usize> {
        if self == Self::NONE {
            None
        } else {
            usize::try_from(self.0).ok()
        }
    }
}

/// Texts that are kept once each, in the order in which they came.
#[derive(Debug, Clone, Default)]
pub struct StringPool {
    texts: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
}

impl StringPool {
    /// The number of `text`, which is added when it is new.
    ///
    /// A pool holds at most 2^32 - 1 texts; beyond that [`Text::NONE`] comes back, which no
    /// evidence that fits into memory can reach.
    pub fn intern(&mut self, text: &str) -> Text {
        if let Some(&number) = self.numbers.get(text) {
            return Text(number);
        }
        let Ok(number) = u32::try_from(self.texts.len()) else {
            return Text::NONE;
        };
        if number == u32::MAX {
            return Text::NONE;
        }
        self.texts.push(text.into());
        self.numbers.insert(text.into(), number);
        Text(number)
    }

    /// The number of an optional text.
    pub fn intern_option(&mut self, text: Option<&str>) -> Text {
        text.map_or(Text::NONE, |text| self.intern(text))
    }

    /// The text behind a number of this pool.
    #[must_use]
    pub fn get(&self, text: Text) -> Option<&str> {
        self.texts.get(text.index()?).map(AsRef::as_ref)
    }

    /// Takes over all texts of `other`; the returned list gives for each of its numbers the
    /// number here.
    pub fn absorb(&mut self, other: &Self) -> Remap {
        Remap(other.texts.iter().map(|text| self.intern(text)).collect())
    }

    /// How many different texts it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether it holds no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// Numbers of one pool as numbers of another.
#[derive(Debug, Clone)]
pub struct Remap(Vec<Text>);

impl Remap {
    /// The number in the absorbing pool.
    #[must_use]
    pub fn get(&self, text: Text) -> Text {
        text.index()
            .and_then(|index| self.0.get(index))
            .copied()
            .unwrap_or(Text::NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_kept_once() {
        let mut pool = StringPool::default();
        let a = pool.intern("USBSTOR");
        assert_eq!(pool.intern("USBSTOR"), a);
        assert_eq!(pool.len(), 1);
        assert_eq!(pool.get(a), Some("USBSTOR"));
        assert_eq!(pool.get(Text::NONE), None);
    }

    #[test]
    fn an_absorbed_pool_keeps_its_texts() {
        let (mut a, mut b) = (StringPool::default(), StringPool::default());
        a.intern("x");
        let y = b.intern("y");
        let x = b.intern("x");
        let remap = a.absorb(&b);
        assert_eq!(a.get(remap.get(y)), Some("y"));
        assert_eq!(a.get(remap.get(x)), Some("x"));
        assert_eq!(remap.get(Text::NONE), Text::NONE);
    }
}
