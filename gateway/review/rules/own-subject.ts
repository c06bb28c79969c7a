import { accountText, counted, type Detector } from '../detector.ts';

/** A work account that looks its own bearer up, as far as organisations told who bears it (`review.operator_subject`). */
export const ownSubject: Detector<'OWN_SUBJECT', null> = {
  begin: () => null,

  take: (look) =>
    look.own.map((subject) => ({
      window: look.day,
      days: 1,
      key: [look.accountKey, subject],
      subject,
      figures: {},
      sentence: () => `${accountText(look)}${look.day} 以 ${look.entry.purpose ?? ''} 查询了其使用人本人（${subject}）。`,
      entries: () => [counted(look)],
    })),

  beginDay: () => undefined,
};
