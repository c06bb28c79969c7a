import { describe, expect, test } from 'vitest';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts';

// The example of C2SP tlog-checkpoint.
const TEXT = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';

describe('the text of a checkpoint', () => {
  test('is origin, size and root, and reads back', () => {
    const checkpoint = parseCheckpoint(TEXT);
    expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163n });
    expect(Buffer.from(checkpoint!.root).toString('hex').slice(0, 8)).toBe('0ac5186a');
    expect(formatCheckpoint(checkpoint!)).toBe(TEXT);
  });

  test.each([
    ['no origin', TEXT.replace('example.com/behind-the-sofa', '')],
    ['a size with a leading zero', TEXT.replace('208', '0208')],
    ['a negative size', TEXT.replace('208', '-208')],
    ['a size beyond 63 bits', TEXT.replace('20852163', '9'.repeat(20))],
    ['a root in another spelling', TEXT.replace('q2I=', 'q2J=')],
    ['a root that is too short', TEXT.replace('CsUYapGGPo4d', '')],
    ['no last newline', TEXT.trimEnd()],
    ['an extension line', `${TEXT}more\n`],
    ['nothing', ''],
  ])('is refused with %s', (_, text) => {
    expect(parseCheckpoint(text)).toBeUndefined();
  });
});
