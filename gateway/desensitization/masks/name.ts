import { characters } from '../mask.ts';
import type { Mask } from '../mask.ts';

/**
 * A person's name as the surname and two asterisks, whatever the length: `王**`, `欧阳**`. A name of one character is
 * all asterisks. Names of other peoples, written without a surname, keep their first character (standards B14).
 */
export function nameMask(): Mask {
  return (text) => {
    const all = characters(text);
    if (all.length < 2) return '***';
    // Two characters that happen to be a compound surname are a surname and a given name (欧 阳).
    const compound = all.length > 2 && COMPOUND_SURNAMES.has(all.slice(0, 2).join(''));
    return `${all.slice(0, compound ? 2 : 1).join('')}**`;
  };
}

/** The compound surnames in use today (百家姓 and the fifth census's list). */
const COMPOUND_SURNAMES: ReadonlySet<string> = new Set(
  (
    '欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 ' +
    '仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 ' +
    '百里 呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 南荣 ' +
    '东里 东宫 仲长 子书 子桑 即墨 达奚 褚师 歐陽 司馬 諸葛 東方 獨孤 南宮 聞人 尉遲 公羊 赫連 長孫 鮮于 鍾離 軒轅 呼延 東郭 西門'
  ).split(' '),
);
