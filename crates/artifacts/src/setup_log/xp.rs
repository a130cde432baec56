//! Sections of `setupapi.log` (Windows 2000 to Server 2003).
//!
//! Messages begin with `#`, a letter for their level and a number; with verbose logging a time
//! of day stands before it. Messages are read by number, so the language of Windows doesn't
//! matter: 019 the hardware ids searched for, 063 the driver chosen, 121 installed, 122 failed,
//! 123 and 124 which device is being installed, 125 the same without a driver.

use super::section::{ExitStatus, SelectedDriver};

/// What the messages of a section have said so far.
#[derive(Debug, Default)]
pub(super) struct XpMessages {
    device: Option<String>,
    clash: bool,
    without_driver: bool,
    pub(super) hardware_id: Option<String>,
    pub(super) exit: Option<ExitStatus>,
    pub(super) driver: Option<SelectedDriver>,
}

impl XpMessages {
    /// Takes one line of the section.
    pub(super) fn line(&mut self, text: &str) {
        let Some((number, message)) = numbered(text) else {
            return;
        };
        match number {
            19 if self.hardware_id.is_none() => {
                // The ids come from the most to the least specific one, separated by commas.
                let first = message
                    .split_once(": ")
                    .map(|(_, ids)| ids.split(',').next().unwrap_or(ids).trim());
                self.hardware_id = first.map(str::to_owned);
            }
            // `... from section [x] in "c:\windows\inf\disk.inf".`
            63 => {
                if let Some(inf) = quoted(message) {
                    self.driver = Some(SelectedDriver {
                        inf: inf.to_owned(),
                        description: None,
                    });
                }
            }
            121 => {
                self.names(message);
                self.exit = Some(if self.without_driver {
                    ExitStatus::Other("installed without a driver".to_owned())
                } else {
                    ExitStatus::Success {
                        reboot_required: false,
                    }
                });
            }
            122 => {
                self.names(message);
                self.exit = Some(ExitStatus::Failure(error_code(message)));
            }
            123 | 124 => {
                self.names(message);
                self.without_driver = false;
            }
            125 => {
                self.names(message);
                self.without_driver = true;
            }
            _ => {}
        }
    }

    fn names(&mut self, message: &str) {
        let Some(device) = quoted(message) else {
            return;
        };
        match &self.device {
            Some(known) if !known.eq_ignore_ascii_case(device) => self.clash = true,
            Some(_) => {}
            None => self.device = Some(device.to_owned()),
        }
    }

    /// The device that the messages name; `None` when they name two, as when the first line of
    /// the next section is lost.
    pub(super) fn device(&self) -> Option<&str> {
        self.device.as_deref().filter(|_| !self.clash)
    }
}

/// `#I121 text` or `@ 20:15:02.478 #I121 text`
fn numbered(text: &str) -> Option<(u16, &str)> {
    let text = match text.strip_prefix("@ ") {
        Some(timed) => timed.split_once(' ')?.1,
        None => text,
    };
    let (code, message) = text.strip_prefix('#')?.split_once(' ')?;
    let digits = code.get(1..)?;
    if digits.len() != 3 {
        return None;
    }
    Some((digits.parse().ok()?, message))
}

/// `... Error 0xe0000219: ...`
fn error_code(message: &str) -> Option<u32> {
    let (_, rest) = message.split_once("0x")?;
    u32::from_str_radix(rest.get(..8)?, 16).ok()
}

fn quoted(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once('"')?;
    let (text, _) = rest.split_once('"')?;
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_by_number() {
        let mut messages = XpMessages::default();
        for line in [
            r"#-019 Searching for hardware ID(s): usbstor\disksandisk,usbstor\gendisk,gendisk",
            r#"#I063 Selected driver installs from section [disk_install] in "c:\windows\inf\disk.inf"."#,
            "@ 20:15:02.478 #V166 Device install function: DIF_INSTALLDEVICE.",
            r#"@ 20:15:02.478 #I123 Doing full install of "USBSTOR\DISK&VEN_S\0123&0"."#,
            r#"#I121 Device install of "USBSTOR\DISK&VEN_S\0123&0" finished successfully."#,
        ] {
            messages.line(line);
        }
        assert_eq!(
            messages.device.as_deref(),
            Some(r"USBSTOR\DISK&VEN_S\0123&0")
        );
        assert_eq!(
            messages.hardware_id.as_deref(),
            Some(r"usbstor\disksandisk")
        );
        assert!(messages.exit.as_ref().unwrap().is_success());
        messages.line("#E122 Device install failed. Error 0xe0000219: The installation failed.");
        assert_eq!(messages.exit, Some(ExitStatus::Failure(Some(0xe000_0219))));
        messages.line(r#"#I125 Installing NULL driver for "USBSTOR\DISK&VEN_S\0123&0"."#);
        messages
            .line(r#"#I121 Device install of "USBSTOR\DISK&VEN_S\0123&0" finished successfully."#);
        assert!(matches!(messages.exit, Some(ExitStatus::Other(_))));
        messages.line(r#"#I121 Device install of "USB\ROOT\1" finished successfully."#);
        assert_eq!(messages.device(), None);
        assert_eq!(messages.driver.unwrap().inf, r"c:\windows\inf\disk.inf");
    }
}
