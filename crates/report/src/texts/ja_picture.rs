//! Japanese: the picture of custody.

use super::PictureTexts;

pub(super) const PICTURE: PictureTexts = PictureTexts {
    description: "機器ごとの帯に、各機器への接続を時間軸上の区間として示し、接続・認証の記録がない時間を斜線で示す。\
                  下に、接続先の機器ごとに、その時計の時刻に加えるべき補正値の範囲を示す。",
    caption: "時刻は、時計のずれが分かる場合は補正後のものであり、{}で示す。記録のない時間は軸を省略し、その長さを記す。\
              それ以外の区間の縮尺は区間ごとに異なる。",
    declared_facts: "事案の事実",
    stays_counted: "記録上の接続：{}件",
    no_stay: "接続・認証の記録なし",

    unknown_before: "{}：{}より前に接続・認証の記録なし",
    unknown_between: "{}：{}から{}まで（約{}）接続・認証の記録なし",
    unknown_after: "{}：{}より後に接続・認証の記録なし",
    unknown_always: "{}：接続・認証の記録なし",
    unknown_for: "記録なし 約{}",

    record: "{}：記録{}、補正後{}、事象{}",
    record_unbounded: "{}：記録{}、時計のずれは不明、事象{}",

    not_before: "{}以後",
    not_after: "{}以前",
    said_by: "（{}）",

    lanes_left_out: "図から省いた機器：ほかに{}台。--deviceで表示する。",
    stays_left_out: "{}：最後の{}件の接続を図から省いた。--fromと--toで表示する。",
    flags_left_out: "図から省いた事案の事実：ほかに{}件。--fromと--toで表示する。",
    clocks_left_out: "図から省いた時計：ほかに{}台分。--machineで表示する。",
    crowded: "{}：{}件の接続は、場所がないため名前なしで他に重ねて描いた。--fromと--toで期間を狭めると分かれる。",

    legend_stay: "接続から取外しまで",
    legend_open_end: "この端の記録なし",
    legend_login: "認証成功",
    legend_failure: "認証失敗",
    legend_other: "その他の記録（インストール、機器の操作）",
    legend_whisker: "補正後の時刻の幅（区間の上は始まり、下は終わり）",
    legend_readings: "時計の観測の残る読み方ごとの幅",
    legend_unbounded: "この側の幅は不明",
    legend_unknown: "接続・認証の記録なし（所在は不明）",
    legend_hidden: "記録にあるが示していない接続",
    legend_break: "軸の省略",
    legend_flag: "事案ファイルにある事実とその許容差",
    legend_read: "観測（読み方による値）",
    legend_unread: "観測（読み方が書かれていないため両方の値）",
    legend_estimate: "推定値",

    clocks_caption: "その機器の時計が{}（{}）を示すとき、真の時刻を得るために加えるべき値。",
    clocks_without_moment: "真の時刻を得るために、その機器の時計の時刻に加えるべき値。",
    clock_between: "{} … {}、推定{}",
    clock_at_least: "{}以上、推定{}",
    clock_at_most: "{}以下、推定{}",
    clock_open: "時計のずれは不明",
    declared_right: "{}の観測：ずれなし、±{}",
    declared_correction: "{}の観測：{}を加える、±{}",
    declared_deviation: "{}の観測：時計は真の時刻に対し{}、±{}",
    declared_unknown: "{}の観測：{}、加える値か時計のずれかは書かれていない、±{}",
    declared_solved: "{}の観測：{}、加える値か時計のずれかは書かれていない、±{}。残る読み方：{}",
    reading: "{}：{}",
};
