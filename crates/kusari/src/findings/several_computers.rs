//! The sources of one machine name several computers that no source puts together.

use super::{Finding, Rule};
use crate::reconstruction::Reconstruction;

pub(super) const RULE: Rule = Rule {
    name: "several-computers",
    check,
};

fn check(r: &Reconstruction) -> Vec<Finding> {
    (0..)
        .zip(r.machines())
        .filter(|(_, machine)| machine.name_groups.len() > 1)
        .map(|(index, machine)| {
            let groups: Vec<String> =
                machine.name_groups.iter().map(|group| group.join(" / ")).collect();
            let groups = groups.join("; ");
            let id = &machine.id;
            Finding {
                en: format!(
                    "The evidence of {id} names computers that no source of it puts together: \
                     {groups}. Consistent with files of several machines in one folder, or with \
                     a machine that was renamed; their events stand in one timeline all the same."
                ),
                ja: format!(
                    "{id}の証拠は、互いに結び付かない複数のコンピュータ名を含む：{groups}。複数の機器の\
                     ファイルが混在していること、またはコンピュータ名の変更と整合する。時系列では1台の\
                     機器として扱っている。"
                ),
                machine: Some(index),
                ..Finding::default()
            }
        })
        .collect()
}
