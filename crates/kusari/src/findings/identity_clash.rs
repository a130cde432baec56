//! Statements about identity that cannot all be meant of one thing.

use super::{Finding, Rule};
use crate::identity::{Clash, ClashKind};
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "identity-clash",
    check,
};

fn check(r: &Reconstruction) -> Vec<Finding> {
    r.identities()
        .clashes
        .iter()
        .filter_map(|clash| finding(r, clash))
        .collect()
}

fn finding(r: &Reconstruction, clash: &Clash) -> Option<Finding> {
    // What is no storage that can be carried (hubs, keyboards) shares serials all the time.
    let matters = clash
        .devices
        .iter()
        .any(|&device| r.device(device).is_some_and(|device| device.carried));
    if !matters {
        return None;
    }
    let sides = clash.sides.join(", ");
    let value = &clash.value;
    let (en, ja) = match clash.kind {
        ClashKind::SameSerialDifferentProduct => (
            format!(
                "Devices of different make ({sides}) report the same serial number {value}. They \
                 are kept apart by make; the serial number alone identifies none of them."
            ),
            format!(
                "異なる製品（{sides}）が同じシリアル番号 {value} を示す。製品ごとに別の機器として\
                 扱った。シリアル番号だけでは特定できない。"
            ),
        ),
        ClashKind::TwoSerials => (
            format!(
                "The evidence joins two serial numbers ({sides}) in one device {value}. Not \
                 consistent with one physical device."
            ),
            format!(
                "証拠は2つのシリアル番号（{sides}）を1つの機器 {value} に結び付けている。1つの物理的\
                 な機器とは整合しない。"
            ),
        ),
        ClashKind::SameMediaOnTwoDevices => (
            format!(
                "{value} stands on several devices ({sides}). Consistent with cloned media, or \
                 with one medium in several readers; it identifies none of them."
            ),
            format!(
                "{value} が複数の機器（{sides}）に現れる。媒体の複製、または1つの媒体を複数の機器で\
                 使用したことと整合する。これだけでは特定できない。"
            ),
        ),
        ClashKind::TwoLabels => (
            format!(
                "The case file gives the labels {sides} to what the evidence joins in one device \
                 ({value}). Not consistent with two devices."
            ),
            format!(
                "ケースファイルのラベル {sides} は、証拠上1つの機器（{value}）に結び付く。2つの別の\
                 機器であることとは整合しない。"
            ),
        ),
    };
    Some(Finding {
        en,
        ja,
        device: clash.devices.first().copied(),
        ..Finding::default()
    })
}
