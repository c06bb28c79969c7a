import { matterType, type MatterType } from '../matter-type.ts';
import { accountText, counted, type Detector, NOTHING } from '../detector.ts';

/** A case of one type looked up for a purpose that such cases do not serve. */
export function purposeMatter(types: readonly MatterType[]): Detector<'PURPOSE_MATTER', null> {
  return {
    begin: () => null,

    take(look) {
      const { matter, purpose } = look.entry;
      if (!look.accessed || matter === null || purpose === null) return NOTHING;
      const type = matterType(matter, types);
      if (type === undefined || type.purposes.includes(purpose)) return NOTHING;
      return [
        {
          window: look.day,
          days: 1,
          key: [look.accountKey, matter, purpose],
          ...(look.subjects.length === 1 && { subject: look.subjects[0] ?? '' }),
          figures: { matterType: type.name },
          sentence: () => `${accountText(look)}${look.day} 以 ${purpose} 查询，所附办件 ${matter} 属${type.name}，不用于该用途。`,
          entries: () => [counted(look)],
        },
      ];
    },

    beginDay: () => undefined,
  };
}
